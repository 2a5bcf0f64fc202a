"""Automatic spans of MySQL's drivers, against MariaDB."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .project import Project

#: Who runs the server where we are root, which it refuses.
SERVER_USER = "mysql"

#: How long the server gets to begin, in seconds.
START_TIMEOUT = 60


def program(name: str) -> str:
    """Return the path of one of MariaDB's programs; skip where it is not installed."""
    found = shutil.which(name, path=os.pathsep.join((os.environ["PATH"], "/usr/sbin")))
    if found is None:
        pytest.skip("MariaDB is not installed")
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of a server, with a database `shop` that everybody may use."""
    if os.name != "posix":
        pytest.skip("it is about a server on a socket")
    folder = tmp_path_factory.mktemp("mariadb")
    data, socket = folder / "data", folder / "socket"
    whose: list[str] = []
    if os.geteuid() == 0:
        whose = [f"--user={SERVER_USER}"]
        if subprocess.run(["id", SERVER_USER], check=False, capture_output=True).returncode:
            pytest.skip("the server does not run as root")
        shutil.chown(folder, SERVER_USER)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent.name.startswith(("pytest-", "popen-")):
                parent.chmod(0o755)
    install = [program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", *whose]
    install += ["--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(install, check=True, capture_output=True)
    prepare = folder / "prepare.sql"
    prepare.write_text(
        "CREATE DATABASE shop;\n"
        "CREATE TABLE shop.orders (item VARCHAR(9), number INT);\n"
        "CREATE USER tester@localhost;\n"
        "GRANT ALL ON shop.* TO tester@localhost;\n"
    )
    command = [program("mariadbd"), "--no-defaults", f"--datadir={data}", f"--socket={socket}"]
    command += ["--skip-networking", f"--init-file={prepare}", *whose]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + START_TIMEOUT
        while not socket.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.02)
        yield str(socket)
    finally:
        process.terminate()
        process.wait()


#: What connects, by the name of the driver, and what kinds of cursors it has.
DRIVERS = {
    "pymysql": (
        "import pymysql as driver; from pymysql import cursors",
        "driver.connect(unix_socket=server, user='tester', database='shop')",
        ("Cursor", "DictCursor", "SSCursor", "SSDictCursor"),
    ),
    "mysqlclient": (
        "import MySQLdb as driver; from MySQLdb import cursors",
        "driver.connect(unix_socket=server, user='tester', database='shop')",
        ("Cursor", "DictCursor", "SSCursor", "SSDictCursor"),
    ),
}

TESTS = """
    import pytest

    def rows(cursor):
        return [list(row.values()) if isinstance(row, dict) else list(row) for row in cursor]

    @pytest.mark.parametrize("kind", {kinds})
    def test_one(kind):
        connection = {connect}
        cursor = connection.cursor(getattr(cursors, kind))
        assert cursor.execute("SELECT 's3cret', %s + 1", (7,)) is not None
        assert rows(cursor) == [["s3cret", 8]]
        cursor.close()
        connection.close()

    def test_many():
        connection = {connect}
        with connection.cursor() as cursor:
            statement = "INSERT INTO orders (item, number) VALUES (%s, %s)"
            assert cursor.executemany(statement, [("s3cret", n) for n in range(50)]) == 50
        connection.rollback()
        connection.close()

    def test_wrong():
        connection = {connect}
        with connection.cursor() as cursor:
            with pytest.raises(driver.ProgrammingError):
                cursor.execute("SELECT * FROM missing WHERE item = 's3cret'")
        connection.close()
"""


@pytest.mark.parametrize("name", DRIVERS)
def test_a_statement_is_one_span(project: Project, server: str, name: str) -> None:
    """Whatever cursor executes it, however many rows it has, and whether it succeeds."""
    imports, connect, kinds = DRIVERS[name]
    pytest.importorskip("MySQLdb" if name == "mysqlclient" else name)
    project.environment = {
        "BUILDKITE_ANALYTICS_AUTO_SPANS": f"on,{name}",
        "BUILDKITE_ANALYTICS_TRACE_MIN_MS": "0",
    }
    source = textwrap.dedent(TESTS).format(kinds=list(kinds), connect=connect)
    run = project.test(f"{imports}\nserver = {server!r}\n{source}")

    tests = [f"test_one[{kind}]" for kind in kinds]
    assert run.outcomes == dict.fromkeys([*tests, "test_many", "test_wrong"], "passed"), run.stdout
    for test in tests:
        assert statements(run.one(test), name) == ["SELECT ?, %s + ?"]
    assert statements(run.one("test_many"), name) == [
        "INSERT INTO orders (item, number) VALUES (?)"
    ]
    assert statements(run.one("test_wrong"), name) == ["SELECT * FROM missing WHERE item = ?"]
    assert "s3cret" not in json.dumps(run.results)


def test_sqlalchemy_over_a_driver_is_one_span(project: Project, server: str) -> None:
    pytest.importorskip("pymysql")
    pytest.importorskip("sqlalchemy")
    project.environment = {
        "BUILDKITE_ANALYTICS_AUTO_SPANS": "on,pymysql",
        "BUILDKITE_ANALYTICS_TRACE_MIN_MS": "0",
    }
    run = project.test(f"""
        from sqlalchemy import create_engine, text

        def test_it():
            url = "mysql+pymysql://tester@localhost/shop?unix_socket={server}"
            with create_engine(url).connect() as connection:
                assert connection.execute(text("SELECT 's3cret', :n"), {{"n": 7}}).one()[1] == 7
    """)
    assert run.outcomes == {"test_it": "passed"}, run.stdout
    found = statements(run.one("test_it"), "sqlalchemy")
    assert [each for each in found if each.startswith("SELECT ?, ")] == ["SELECT ?, %(n)s"]
    # What the dialect asks a new server goes through the driver alone.
    asked = statements(run.one("test_it"), "pymysql")
    assert not [each for each in asked if "%(n)s" in each or each == "SELECT ?, ?"]


def statements(result: dict[str, Any], library: str) -> list[str]:
    """Return the statements of a library that a test's spans hold, as they were sent."""
    children: list[dict[str, Any]] = result["history"]["children"]
    return [span["detail"]["query"] for span in children if span["detail"].get("lib") == library]
