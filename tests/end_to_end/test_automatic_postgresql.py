"""Automatic spans of PostgreSQL's drivers, against PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .project import Project

#: Who runs the server where we are root, which it refuses.
SERVER_USER = "postgres"


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs; skip where it is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(places[-1]) if places else "")
    if not found:
        pytest.skip("PostgreSQL is not installed")
    # What a link leads to: the programs look for each other beside themselves.
    return str(Path(found).resolve())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of the socket of a server."""
    folder = tmp_path_factory.mktemp("postgresql")
    prefix: list[str] = []
    if os.name != "posix":
        pytest.skip("it is about a server on a socket")
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None or subprocess.run(["id", SERVER_USER], check=False).returncode:
            pytest.skip("the server does not run as root")
        prefix = [setpriv, f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups"]
        shutil.chown(folder, SERVER_USER)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent.name.startswith(("pytest-", "popen-")):
                parent.chmod(0o755)
    data = folder / "data"
    initdb = [*prefix, program("initdb"), "-D", str(data), "-A", "trust", "-U", "tester"]
    subprocess.run(initdb, check=True, capture_output=True)
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    control = [*prefix, program("pg_ctl"), "-D", str(data), "-w"]
    start = [*control, "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
    yield str(folder)
    subprocess.run([*control, "-m", "fast", "stop"], check=True, stdout=subprocess.DEVNULL)


#: A statement by each driver. `server` is a folder, and the row's second value is the parameter.
DRIVERS = {
    "psycopg": """
        import psycopg
        from psycopg import sql

        def test_call():
            with psycopg.connect(host=server, user="tester", dbname="postgres") as connection:
                statement = sql.SQL("SELECT {}, %s::int").format(sql.Literal("s3cret"))
                assert connection.execute(statement, (7,)).fetchone()[1] == 7
    """,
    "psycopg, asynchronous": """
        import asyncio, psycopg

        async def call():
            connect = psycopg.AsyncConnection.connect
            async with await connect(host=server, user="tester", dbname="postgres") as connection:
                async with connection.cursor() as cursor:
                    await cursor.execute("SELECT 's3cret', %s::int", (7,))
                    assert (await cursor.fetchone())[1] == 7

        def test_call():
            asyncio.run(call())
    """,
    "psycopg2": """
        import psycopg2, psycopg2.extras
        from psycopg2 import sql

        def test_call():
            connection = psycopg2.connect(host=server, user="tester", dbname="postgres")
            psycopg2.extras.register_default_jsonb(connection)
            cursor = connection.cursor(cursor_factory=psycopg2.extras.DictCursor)
            cursor.execute(sql.SQL("SELECT {}, %s").format(sql.Literal("s3cret")), (7,))
            assert cursor.fetchone()[1] == 7
            assert isinstance(cursor, psycopg2.extras.DictCursor)
            connection.close()
    """,
    "psycopg2, connections of its own": """
        import psycopg2
        from psycopg2.extras import DictConnection

        def test_call():
            connection = psycopg2.connect(
                host=server, user="tester", dbname="postgres", connection_factory=DictConnection
            )
            cursor = connection.cursor()
            cursor.execute("SELECT 's3cret', %s AS seven", (7,))
            assert cursor.fetchone()["seven"] == 7
            named = connection.cursor("named")
            named.close()
            connection.close()
    """,
    "asyncpg": """
        import asyncio, asyncpg

        async def call():
            connection = await asyncpg.connect(host=server, user="tester", database="postgres")
            row = await connection.fetchrow("SELECT 's3cret', $1::int", 7)
            assert row[1] == 7
            await connection.close()

        def test_call():
            asyncio.run(call())
    """,
    "asyncpg, prepared": """
        import asyncio, asyncpg, inspect

        async def call():
            connection = await asyncpg.connect(host=server, user="tester", database="postgres")
            statement = await connection.prepare("SELECT 's3cret', $1::int")
            assert not inspect.iscoroutinefunction(statement.fetchrow)
            assert (await statement.fetchrow(7))[1] == 7
            await connection.close()

        def test_call():
            asyncio.run(call())
    """,
    "sqlalchemy": """
        from sqlalchemy import URL, create_engine, text

        def test_call():
            url = URL.create("postgresql+psycopg", "tester", query={"host": server},
                             database="postgres")
            with create_engine(url).connect() as connection:
                statement = text("SELECT 's3cret', cast(:n as int)")
                assert connection.execute(statement, {"n": 7}).one()[1] == 7
    """,
}


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_statement_is_one_span(project: Project, server: str, driver: str) -> None:
    """Whoever calls it, and by whatever layers."""
    library = driver.partition(",")[0]
    pytest.importorskip(library)
    if library == "sqlalchemy":
        pytest.importorskip("psycopg")
    project.environment = {
        "BUILDKITE_ANALYTICS_AUTO_SPANS": "on,psycopg2",
        "BUILDKITE_ANALYTICS_TRACE_MIN_MS": "0",
    }
    run = project.test(f"server = {server!r}\n" + textwrap.dedent(DRIVERS[driver]))
    assert run.outcomes == {"test_call": "passed"}, run.stdout
    children: list[dict[str, Any]] = run.one("test_call")["history"]["children"]
    found = [each for each in children if "int" in each["detail"].get("query", "")]
    if library == "psycopg2":
        found = [each for each in children if each["detail"].get("query", "").startswith("SELECT")]
    assert len(found) == 1, children
    (span,) = found
    assert span["section"] == "sql"
    assert span["detail"]["lib"] == library
    assert span["detail"]["query"].startswith("SELECT ?, ")
    assert "s3cret" not in json.dumps(run.results)
