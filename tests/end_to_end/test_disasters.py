"""What may happen to the process and to its machine, and what becomes of the results."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from stand_in import TestEngine, faults

from .aftermath import Aftermath
from .project import TOKEN, Project, needs_courier, ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is Linux's disasters")

TWO = {"test_before", "test_slow"}


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount a disk of its own at a folder; where that is not allowed, the test is skipped."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = shutil.which("mount")
    if mount is None:
        pytest.skip("there is no mount")
    command = [mount, "-t", "tmpfs", "-o", ",".join(options), "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_sigint(project: Project) -> None:
    assert project.interrupt(signal.SIGINT) == 2
    Aftermath(project.engine, project.path, project.output.read_text()).check(TWO)


@needs_courier
def test_sigint_twice(tmp_path: Path) -> None:
    """The second comes while the results are uploaded: pytest ends, and the upload goes on."""
    with TestEngine(TOKEN, script=[faults.Hang(90)]) as engine:
        project = Project(tmp_path, engine)
        with project.slow() as process:
            process.send_signal(signal.SIGINT)
            engine.wait_for(1, 60)
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 2
        output = project.output.read_text()
        (line,) = ours(output)
        assert "the delivery was interrupted, and process " in line
        assert " goes on for a minute at most and sends what it can; to try again: " in line
        Aftermath(engine, tmp_path, output).check(TWO)
        for courier in project.couriers():
            os.kill(courier, signal.SIGTERM)
        project.wait_for_couriers()
        Aftermath(engine, tmp_path, output).check(TWO)


@needs_courier
def test_sigkill(project: Project) -> None:
    """W4: nothing was left of it."""
    assert project.interrupt(signal.SIGKILL) == -signal.SIGKILL
    project.wait_for_couriers()
    Aftermath(project.engine, project.path, "").check(TWO)
    assert [each["name"] for each in project.engine.executions] == ["test_before", "test_slow"]
    reason = project.engine.executions[1]["failure_reason"]
    assert reason == "The process was ended by SIGKILL while this test ran."


@needs_courier
@pytest.mark.parametrize("companion", ["", "xdist"])
def test_sigterm(project: Project, companion: str) -> None:
    """It ends pytest as it does without us, and everything arrives."""
    arguments = []
    if companion:
        project.use(companion)
        arguments = ["-n", "2"]
    assert project.interrupt(signal.SIGTERM, *arguments) == -signal.SIGTERM
    project.wait_for_couriers()
    output = project.output.read_text()
    Aftermath(project.engine, project.path, output).check(TWO)
    found = {result["name"]: result["result"] for result in project.engine.executions}
    assert found == {"test_before": "passed", "test_slow": "unknown"}


def test_sigterm_while_results_are_uploaded(tmp_path: Path) -> None:
    """Whatever the server does, pytest is gone at once, and the courier within its deadline."""
    with TestEngine(TOKEN, script=[faults.Hang(90)] * 9) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "3"
        project.write({"test_it.py": "def test_it(): pass\n"})
        with project.started() as process:
            engine.wait_for(1, 60)
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == -signal.SIGTERM
        project.wait_for_couriers(20)
        Aftermath(engine, tmp_path, project.output.read_text()).check({"test_it"})


def test_sigterm_is_left_to_others_and_to_children(project: Project) -> None:
    run = project.test("""
        import signal

        def test_nobody_listens():
            assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    """)
    assert run.status == 0


def test_memory_is_short(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
            import resource

            def pytest_sessionfinish():
                pages = int(open("/proc/self/statm").read().split()[0])
                limit = pages * resource.getpagesize() + (50 << 20)
                resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            """
        }
    )
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    run = project.test("def test_it(): pass\n", "-p", "no:faulthandler")
    assert run.status == 0
    assert "the component cannot be loaded: memory is short; to try again" in run.said[0]


@pytest.mark.parametrize("limit", [80, 120, 200])
def test_memory_is_short_from_the_start(project: Project, limit: int) -> None:
    """Whatever can be done with so little, the tests are not troubled."""
    project.write({"test_it.py": "def test_it(): pass\n"})
    project.write(
        {
            "run.py": f"""
            import resource, sys, pytest
            resource.setrlimit(resource.RLIMIT_AS, ({limit} << 20, {limit} << 20))
            sys.exit(pytest.main(["-q"]))
            """
        }
    )
    done = project.run("run.py")
    assert done.returncode == 0, done.stdout + done.stderr
    Aftermath(project.engine, project.path, done.stdout + done.stderr).check({"test_it"})


def test_the_disk_is_full(project: Project) -> None:
    """The journal is lost, and the run and the upload are not."""
    with mounted(project.path / "disk", "size=16k"):
        run = project.test(
            "import pytest\n@pytest.mark.parametrize('n', range(200))\ndef test_it(n): pass\n",
            "--buildkite-journal=disk/kept.ndjson",
            "--json=disk/results.json",
            watched=False,
        )
        assert run.status == 0
        Aftermath(project.engine, project.path / "nothing", run.stdout).check(
            {f"test_it[{n}]" for n in range(200)}
        )
    assert "200 results uploaded" in run.said[0]
    assert "results.json cannot be written: [Errno 28] No space left on device" in run.said[1]
    assert "kept.ndjson could not be written: [Errno 28]" in run.said[2]


def test_nothing_can_be_written(project: Project) -> None:
    project.write({"test_it.py": "def test_it(): pass\n"})
    with mounted(project.path / "disk", "ro"):
        project.environment = {"TMPDIR": str(project.path / "disk"), "HOME": "/nonexistent"}
        run = project.pytest(
            "-o", "cache_dir=disk/cache", "--json=disk/results.json", watched=False
        )
    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert "disk/results.json cannot be written: [Errno 30] Read-only file system" in run.said[1]
    Aftermath(project.engine, project.path, run.stdout).check({"test_it"})


def test_no_home(project: Project) -> None:
    project.write({"test_it.py": "def test_it(): pass\n"})
    environ = project.environ()
    del environ["HOME"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest"],
        cwd=project.path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    Aftermath(project.engine, project.path, done.stdout).check({"test_it"})


def test_the_journal_is_removed_while_tests_run(project: Project) -> None:
    run = project.test(
        """
        import os
        def test_before(): pass
        def test_removes(): os.unlink("kept.ndjson")
        def test_after(): pass
        """,
        "--buildkite-journal=kept.ndjson",
        watched=False,
    )
    assert run.status == 0
    # Whoever delivers meanwhile has it open; what comes after the tests finds the rest.
    assert {"test_after"} <= {result["name"] for result in project.engine.executions}
    assert "kept.ndjson was removed while the tests ran" in run.said[-1]


@pytest.mark.parametrize("what", ["os.close(number)", "os.dup2(mine.fileno(), number)"])
def test_a_plugin_takes_the_journal_from_us_between_two_tests(project: Project, what: str) -> None:
    """What is open there may be closed, and become another file: nothing of ours goes into it."""
    project.write(
        {
            "conftest.py": f"""
            import contextlib, os

            mine = open("mine.txt", "w")

            def pytest_runtest_logfinish():
                for number in map(int, os.listdir("/proc/self/fd")):
                    with contextlib.suppress(OSError):
                        if os.readlink(f"/proc/self/fd/{{number}}").endswith("/kept.ndjson"):
                            {what}
                            mine.write("taken\\n")
            """
        }
    )
    run = project.test(
        "def test_1(): pass\ndef test_2(): pass\ndef test_3(): pass\n",
        "--buildkite-journal=kept.ndjson",
        watched=False,
    )
    assert run.status == 0
    # From then on it is closed there.
    assert (project.path / "mine.txt").read_text() == "taken\n"
    names = [result["name"] for result in project.engine.executions]
    assert names == ["test_1", "test_2", "test_3"]
    events = (project.path / "kept.ndjson").read_text().splitlines()
    # Behind them are a receipt, and that there are no more to come.
    assert [json.loads(line)["event"] for line in events[:-2]] == [
        "run-started",
        *("test-started", "test-finished") * 3,
        "run-finished",
    ]


def test_a_cache_that_is_no_directory(project: Project) -> None:
    (project.path / ".pytest_cache").write_bytes(b"\0hostile")
    run = project.test("def test_it(): pass\n", watched=False)
    assert run.status == 0
    Aftermath(project.engine, project.path, run.stdout).check({"test_it"})


def test_wasmtime_cannot_be_imported(project: Project) -> None:
    project.write({"broken/wasmtime.py": "raise ImportError('no library for this machine')\n"})
    # The courier may find another one.
    project.environment = {
        "PYTHONPATH": str(project.path / "broken"),
        "BUILDKITE_ANALYTICS_COURIER": "false",
    }
    run = project.test("def test_it(): pass\n", "--json=results.json", watched=False)
    assert run.status == 0
    (line,) = run.said
    assert "wasmtime does not run on this machine: no library for this machine; to send it" in line
    Aftermath(project.engine, project.path, run.stdout).check({"test_it"})

    del project.environment["PYTHONPATH"]
    (kept,) = project.path.rglob("*.ndjson")
    done = project.command("upload", str(kept))
    assert done.returncode == 0, done.stderr
    assert [result["name"] for result in project.engine.executions] == ["test_it"]


def test_another_plugin_breaks_the_end(project: Project) -> None:
    project.write(
        {"conftest.py": "def pytest_sessionfinish(): raise RuntimeError('not our fault')\n"}
    )
    run = project.test("def test_it(): pass\n", watched=False)
    assert run.status != 0
    assert [result["name"] for result in project.engine.executions] == ["test_it"]


@pytest.mark.parametrize("content", [b"\xff\xfe\0", b"{", b"{}", b"[" * 100_000, b'"text"'])
def test_a_results_file_that_is_broken(project: Project, content: bytes) -> None:
    """W27: a green run failed, and the file stayed as it was."""
    (project.path / "merged.json").write_bytes(content)
    run = project.test("def test_it(): pass\n", "--json=merged.json", "--merge-json", watched=False)
    assert run.status == 0
    assert run.said[-1].endswith("/merged.json.broken-1")
    assert (project.path / "merged.json.broken-1").read_bytes() == content
    (result,) = json.loads((project.path / "merged.json").read_text())
    assert result["name"] == "test_it"
