"""Ends of runs that take long: servers, name servers, locks and couriers that do not answer."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from stand_in import TestEngine, faults

from .aftermath import Aftermath
from .namespace import in_namespace
from .project import SLOW, TOKEN, Project, needs_courier, ours

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it needs Linux's namespaces")

#: A name server that takes a question, says in a file that it did, and never answers.
NAME_SERVER = """
    import os, pathlib, socket, sys
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        pathlib.Path("is_listening").touch()
        server.settimeout(0.2)
        until_removed = pathlib.Path("is_listening")
        while until_removed.exists():
            try:
                server.recv(512)
            except TimeoutError:
                continue
            except socket.timeout:
                continue
            pathlib.Path("was_asked").touch()
"""

RESOLVER = "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n"

MANY = """
    import pytest

    @pytest.mark.parametrize("n", range({}))
    def test_it(n): pass
"""

TWO = {"test_before", "test_slow"}


def wait_until(condition: object) -> None:
    until = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.02)


@contextlib.contextmanager
def asking_a_name_server(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    """Run pytest on a slow test, where a name server hangs that somebody of ours has asked."""
    project.write({"name_server.py": NAME_SERVER, "resolv.conf": RESOLVER, "test_it.py": SLOW})
    project.environment |= {
        "BUILDKITE_ANALYTICS_API_URL": "https://test-engine.example/v1",
        "BUILDKITE_ANALYTICS_UPLOAD_INTERVAL": "0.2",
    }
    script = f"""
        cd {project.path}
        ip link set lo up
        mount --bind resolv.conf /etc/resolv.conf
        ({sys.executable} name_server.py > /dev/null 2>&1 &)
        while ! test -e is_listening; do sleep 0.02; done
    """
    command = in_namespace([sys.executable, "-m", "pytest"], script, "--mount", "--net")
    (project.path / "is_listening").unlink()
    with project.output.open("w") as output:
        process = subprocess.Popen(
            command, cwd=project.path, env=project.environ(), stdout=output, stderr=output
        )
    try:
        wait_until((project.path / "is_slow").exists)
        yield process
    finally:
        (project.path / "is_listening").unlink(missing_ok=True)
        process.kill()
        process.wait()


def journal_holds(project: Project, text: str) -> bool:
    return any(text in path.read_text() for path in project.path.rglob("events.ndjson"))


@needs_courier
def test_sigterm_while_a_name_server_hangs(project: Project) -> None:
    """It took 16.8 s, since threads were waited for one by one."""
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "3"
    with asking_a_name_server(project) as process:
        wait_until((project.path / "was_asked").exists)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == -signal.SIGTERM
        assert time.monotonic() - began < 5
        project.wait_for_couriers(20)
    Aftermath(project.engine, project.path, project.output.read_text()).check(TWO)


@pytest.mark.parametrize("courier", ["true", "false"])
def test_ctrl_c_while_a_name_server_hangs(project: Project, courier: str) -> None:
    """The first ends the tests, and the second what the end waits for: it took 9 s."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "50"
    with asking_a_name_server(project) as process:
        process.send_signal(signal.SIGINT)
        wait_until(lambda: journal_holds(project, "run-finished"))
        wait_until((project.path / "was_asked").exists)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 2
        assert time.monotonic() - began < 5
        output = project.output.read_text()
        assert "the delivery was interrupted" in ours(output)[-1]
        for number in project.couriers():
            os.kill(number, signal.SIGTERM)
        project.wait_for_couriers(20)
    Aftermath(project.engine, project.path, output).check(TWO)


@pytest.mark.parametrize("courier", ["true", "false"])
def test_a_file_whose_lock_somebody_holds(project: Project, courier: str) -> None:
    """It took 31 s, and nothing was uploaded."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "4"
    merged = project.path / "merged.json"
    merged.write_text("[]")
    project.write({"test_it.py": "import time\ndef test_it(): time.sleep(0.5)\n"})
    with FileLock(f"{merged}.lock"):
        began = time.monotonic()
        run = project.pytest(f"--json={merged}", "--merge-json", watched=False)
        assert time.monotonic() - began < 20

    assert run.status == 0
    assert [result["name"] for result in run.uploaded] == ["test_it"]
    assert "1 result uploaded" in run.said[0]
    assert f"{merged} cannot be written" in run.said[1]
    assert merged.read_text() == "[]"
    # What is kept has the results for it.
    assert "; to try again: " in run.said[1]


@needs_courier
def test_a_courier_that_is_starved(project: Project) -> None:
    """It gets a tenth of the time: all arrives, once."""
    project.write({"test_it.py": MANY.format(300)})
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "true"
    is_over = threading.Event()

    def starve() -> None:
        for number in itertools.cycle((signal.SIGSTOP, signal.SIGCONT)):
            for courier in project.couriers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(courier, number)
            if is_over.wait(0.09 if number == signal.SIGSTOP else 0.01):
                break
        for courier in project.couriers():
            os.kill(courier, signal.SIGCONT)

    starving = threading.Thread(target=starve)
    starving.start()
    try:
        run = project.pytest("--durations=0", watched=False)
    finally:
        is_over.set()
        starving.join()
    project.wait_for_couriers()
    assert run.status == 0
    assert "300 results uploaded" in run.said[0]
    assert len({result["id"] for result in project.engine.executions}) == 300
    assert len(project.engine.executions) == 300


@needs_courier
def test_a_courier_that_dies_as_soon_as_it_is_there(project: Project) -> None:
    """Before it says anything: pytest delivers, and has nothing to tell."""
    project.write({"test_it.py": "import time\ndef test_it(): time.sleep(1)\n"})
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.is_set():
            for courier in project.couriers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(courier, signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        run = project.pytest(watched=False)
    finally:
        is_over.set()
        killing.join()
    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert not list(project.path.rglob("*.ndjson"))


@pytest.mark.parametrize("courier", ["true", "false"])
def test_progress_on_a_terminal(tmp_path: Path, courier: str) -> None:
    """One line says how far it is, for as long as the end waits, and is gone then."""
    import pty

    with TestEngine(TOKEN, script=[faults.Delay(0.4 * n) for n in range(1, 6)]) as engine:
        project = Project(tmp_path, engine)
        project.environment |= {
            "BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE": "1",
            "BUILDKITE_ANALYTICS_UPLOAD_INTERVAL": "0",
            "BUILDKITE_ANALYTICS_COURIER": courier,
            "TERM": "xterm",
            "COLUMNS": "100",
        }
        project.write({"test_it.py": MANY.format(5)})
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest"],
            cwd=tmp_path,
            env=project.environ(),
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        output = b""
        # The terminal's end is an error where nobody has it open any more.
        with contextlib.suppress(OSError):
            while block := os.read(master, 4096):
                output += block
        os.close(master)
        assert process.wait(60) == 0
    text = output.decode()
    assert "of 5 results sent" in text
    # What is on the screen in the end: each line as it was rewritten last.
    shown = [line.rpartition("\r")[2].strip() for line in text.split("\n")]
    assert not [line for line in shown if "results sent" in line.replace("\x1b[2K", "")]
    assert "5 results uploaded to" in text
