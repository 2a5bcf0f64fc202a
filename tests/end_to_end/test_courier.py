"""The courier: how it lives, what of it can be seen, and how it and the test process may die."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stand_in import TestEngine, faults

from .aftermath import Aftermath
from .project import COURIER, TOKEN, Project, needs_courier, ours

pytestmark = [
    needs_courier,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc"),
]

#: A test that ends its process, how, and what is said of it then.
CRASHES = {
    "exit": ("os._exit(7)", "ended with exit status 7"),
    "segfault": ("ctypes.string_at(0)", "was ended by SIGSEGV"),
    "kill": ("os.kill(os.getpid(), signal.SIGKILL)", "was ended by SIGKILL"),
    "exec": ("os.execv('/bin/true', ['true'])", "ended with exit status 0"),
    "exec that goes on": (
        "os.execv('/bin/sleep', ['sleep', '2'])",
        "became another program",
    ),
}


@pytest.mark.parametrize("crash", CRASHES)
def test_a_crash_arrives_by_name(project: Project, crash: str) -> None:
    """The events of such a run, and the name with them, stayed in a file that no CI job sends."""
    statement, reason = CRASHES[crash]
    run = project.test(
        f"""
        import ctypes, os, pathlib, signal, sys, time
        def test_before():
            # A courier that is there knows how its owner ends.
            while not list(pathlib.Path.home().rglob("courier.json")): time.sleep(0.02)
        def test_crashes(): {statement}
        def test_never(): pass
        """,
        *("-p", "no:faulthandler", "--json=results.json"),
        watched=False,
    )
    project.wait_for_couriers()

    assert run.status not in (1, 2, 3, 4, 5)
    before, crashed = project.engine.executions
    assert (before["name"], before["result"]) == ("test_before", "passed")
    assert (crashed["name"], crashed["result"]) == ("test_crashes", "failed")
    said = crashed["failure_reason"]
    assert said == f"The process {reason} while this test ran." or "exec" in crash
    assert "while this test ran" in said
    assert json.loads((project.path / "results.json").read_text()) == [before, crashed]
    assert not list(project.path.rglob("*.ndjson"))


def test_a_crash_on_pytest_xdist_controller(project: Project) -> None:
    project.use("xdist")
    project.interrupt(signal.SIGKILL, "-n", "1")
    project.wait_for_couriers()
    Aftermath(project.engine, project.path, "").check({"test_before", "test_slow"})
    assert not list(project.path.rglob("*.ndjson"))


#: What a test does that would meet a child, a descriptor or a thread of ours.
ENCOUNTERS = {
    "waits for all children": """
        def test_it():
            with pytest.raises(ChildProcessError):
                os.wait()
    """,
    "lists its children": """
        def test_it():
            path = f"/proc/self/task/{os.getpid()}/children"
            assert open(path).read() == ""
    """,
    "closes all descriptors": """
        def test_it():
            os.closerange(3, 256)
    """,
    "may have no more processes": """
        def test_it():
            resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    """,
}


@pytest.mark.parametrize("encounter", ENCOUNTERS)
def test_nothing_of_it_is_met(project: Project, encounter: str) -> None:
    source = "import os, resource, sys, pytest\n" + ENCOUNTERS[encounter].replace(
        "\n        ", "\n"
    )
    project.write({"conftest.py": "import time\ndef pytest_sessionstart(): time.sleep(0.3)\n"})
    run = project.test(source, "-s", watched=False)

    without = project.pytest("-s", "-p", "no:buildkite-test-collector", watched=False)
    assert run.status == without.status
    assert "1 passed" in run.stdout
    assert [result["result"] for result in project.engine.executions] == ["passed"]


def test_what_can_be_seen_of_it(project: Project) -> None:
    """It leads its own session, holds nothing of its caller's, and shows the token nowhere."""
    project.environment |= {"MY_COPY": f"x{TOKEN}", "LD_PRELOAD": "", "PYTHONPATH": "."}
    here, there = os.pipe()
    os.set_inheritable(there, True)
    project.write({"test_it.py": SLOW})
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest"],
        cwd=project.path,
        env=project.environ(),
        pass_fds=[there],
        stdout=subprocess.PIPE,
    )
    try:
        pid = wait_for_courier(project)
        folder = Path(f"/proc/{pid}")
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        assert int(fields[3]) == pid
        assert int(fields[1]) != process.pid
        assert os.readlink(folder / "cwd") == "/"
        assert COURIER in (folder / "cmdline").read_text()
        for name in ("cmdline", "environ"):
            assert TOKEN.encode() not in (folder / name).read_bytes()
        held = set()
        for each in (folder / "fd").iterdir():
            # It closes what it has read meanwhile.
            with contextlib.suppress(FileNotFoundError):
                held.add(os.readlink(each))
        assert os.readlink(f"/proc/self/fd/{there}") not in held
    finally:
        process.kill()
        process.communicate()
        os.close(here)
        os.close(there)
    project.wait_for_couriers()


#: A test that runs for long.
SLOW = "import time\ndef test_slow(): time.sleep(60)\n"


def wait_for_courier(project: Project) -> int:
    """Return the courier of a project, when it has begun to follow its run."""
    until = time.monotonic() + 60
    while not list(project.path.rglob("courier.json")):
        assert time.monotonic() < until
        time.sleep(0.02)
    (pid,) = project.couriers()
    return pid


def test_a_pipe_ends_when_pytest_ends(project: Project) -> None:
    """Whoever reads what our caller prints sees its end, whatever descriptors are inherited."""
    with TestEngine(TOKEN, script=[faults.Hang(90)] * 9) as engine:
        project.environment["BUILDKITE_ANALYTICS_API_URL"] = engine.url
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "8"
        project.write({"test_it.py": "import os\ndef test_it(): os._exit(3)\n"})
        began = time.monotonic()
        done = subprocess.run(
            ["sh", "-c", f"{sys.executable} -m pytest 9>&1 | cat"],
            cwd=project.path,
            env=project.environ(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        took = time.monotonic() - began
        assert done.returncode == 0
        assert project.couriers(), f"it should still be busy after {took} s"
        project.wait_for_couriers()


def test_it_is_killed_while_the_tests_run(project: Project) -> None:
    """Pytest itself delivers then, and says so."""
    project.write({"test_it.py": WAITS})
    with project.started() as process:
        os.kill(wait_for_courier(project), signal.SIGKILL)
        (project.path / "go").touch()
        assert process.wait(60) == 0
    output = project.output.read_text()
    assert "the process that delivers died, and pytest did it instead" in output
    Aftermath(project.engine, project.path, output).check({"test_it"})
    assert not list(project.path.rglob("*.ndjson"))


#: A test that ends when it is told to.
WAITS = """
    import pathlib, time
    def test_it():
        while not pathlib.Path("go").exists(): time.sleep(0.02)
"""


def test_it_is_killed_while_pytest_waits_for_it(tmp_path: Path) -> None:
    with TestEngine(TOKEN, script=[faults.Hang(90)]) as engine:
        project = Project(tmp_path, engine)
        project.write({"test_it.py": WAITS})
        with project.started() as process:
            courier = wait_for_courier(project)
            (tmp_path / "go").touch()
            engine.wait_for(1, 60)
            os.kill(courier, signal.SIGKILL)
            assert process.wait(60) == 0
        Aftermath(engine, tmp_path, project.output.read_text()).check({"test_it"})
        assert [each["name"] for each in engine.executions] == ["test_it"]


def test_it_is_stopped(project: Project) -> None:
    """It does not answer; what it has not sent is kept, and it does not outlive its deadline."""
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "2"
    project.write({"test_it.py": WAITS})
    with project.started() as process:
        os.kill(wait_for_courier(project), signal.SIGSTOP)
        (project.path / "go").touch()
        assert process.wait(60) == 0
    project.wait_for_couriers(10)
    output = project.output.read_text()
    assert "the process that delivers the results does not answer; to try again" in output
    Aftermath(project.engine, project.path, output).check({"test_it"})
    done = project.command("upload")
    assert done.returncode == 0, done.stderr
    assert [each["name"] for each in project.engine.executions] == ["test_it"]


def test_it_sees_the_end_of_a_run_that_no_component_takes(project: Project) -> None:
    """It read no further once it had given up, and pytest waited in vain for a minute."""
    tries = project.path / "tries"
    tries.touch()
    project.break_wasmtime(
        f"""
        with open({str(tries)!r}, "a") as tries:
            tries.write("+")
        raise RuntimeError("not here")
        """
    )
    project.write({"test_it.py": WAITS})
    with project.started() as process:
        wait_for_courier(project)
        until = time.monotonic() + 60
        # Once to prepare, and twice with events.
        while len(tries.read_text()) < 3:
            assert time.monotonic() < until
            time.sleep(0.02)
        (project.path / "go").touch()
        assert process.wait(60) == 0
    output = project.output.read_text()
    assert "wasmtime does not run on this machine: not here" in output
    assert "does not answer" not in output
    Aftermath(project.engine, project.path, output).check({"test_it"})


def test_it_learns_late_that_the_run_is_over(tmp_path: Path) -> None:
    """It gave the server as long as ever, and pytest ended it before it could say what was."""
    with TestEngine(TOKEN, script=[faults.Hang(90)]) as engine:
        project = Project(tmp_path, engine)
        project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "4"
        project.write({"test_it.py": WAITS})
        with project.started() as process:
            courier = wait_for_courier(project)
            os.kill(courier, signal.SIGSTOP)
            (tmp_path / "go").touch()
            (journal,) = tmp_path.rglob("*.ndjson")
            while '"run-finished"' not in journal.read_text():
                time.sleep(0.02)
            # It is this that makes it late.
            time.sleep(1.5)
            os.kill(courier, signal.SIGCONT)
            assert process.wait(60) == 0
    output = project.output.read_text()
    assert "the time for uploads is over" in output
    assert "does not answer" not in output


@pytest.mark.parametrize("executable", ["", "/bin/true", "/nonexistent/python"])
def test_it_cannot_be_started(project: Project, executable: str) -> None:
    project.write({"conftest.py": f"import sys\nsys.executable = {executable!r}\n"})
    run = project.test("def test_it(): pass\n", watched=False)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert "pytest itself delivers the results, at its end: " in run.said[1]


def test_a_conftest_breaks_what_starts_it(project: Project) -> None:
    """It ended pytest with an internal error."""
    project.write(
        {
            "conftest.py": """
                import os, time
                def broken(*args, **kwargs): raise RuntimeError("no")
                os.pipe = os.waitpid = os.killpg = os.posix_spawn = time.sleep = broken
            """
        }
    )
    run = project.test("def test_it(): pass\n", watched=False)

    assert run.status == 0, run.stdout
    (line,) = run.said
    assert "1 result uploaded" in line


def test_settings_that_no_pipe_takes(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_MESSAGE"] = "x" * 70_000
    run = project.test("def test_it(): pass\n", watched=False)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert "the settings are too long" in run.said[-1]


@pytest.mark.parametrize("seconds", [0, 3])
def test_one_processor(project: Project, seconds: float) -> None:
    """A short run is pytest's own to deliver there, and nothing is said of it."""
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "1"
    project.write(
        {
            "run.py": """
            import os, sys, pytest
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
            sys.exit(pytest.main(["-q"]))
            """,
            "test_it.py": f"import time\ndef test_it(): time.sleep({seconds})\n",
        }
    )
    done = project.run("run.py")

    assert done.returncode == 0
    said = ours(done.stdout)
    assert "1 result uploaded" in said[0]
    assert "by pytest" not in done.stdout
    project.wait_for_couriers()
    assert len(project.engine.executions) == 1


def in_a_container(command: list[str], project: Project) -> subprocess.CompletedProcess[str]:
    """Run a command as the first process of a container, as far as this machine can."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare")
    probe = [unshare, "--pid", "--fork", "--mount-proc", "true"]
    if subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        pytest.skip("no namespaces are allowed here")
    return subprocess.run(
        [unshare, "--pid", "--fork", "--mount-proc", *command],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_first_process_of_a_container(project: Project) -> None:
    project.write({"test_it.py": ENCOUNTER_IN_CONTAINER})
    done = in_a_container([sys.executable, "-m", "pytest"], project)

    assert done.returncode == 0, done.stdout
    (line,) = ours(done.stdout)
    assert "1 result uploaded" in line


#: Nobody has a child that it does not know, not even the process that inherits all.
ENCOUNTER_IN_CONTAINER = """
    import os, pytest
    def test_it():
        assert os.getpid() == 1
        with pytest.raises(ChildProcessError):
            os.wait()
"""


def test_sigterm_to_the_first_process_of_a_container(project: Project) -> None:
    """Nobody outlives it, and the signal would be ignored: it listens, and delivers in time."""
    project.write(
        {
            "test_it.py": """
            import os, signal, time
            def test_before(): pass
            def test_slow():
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(60)
            """
        }
    )
    done = in_a_container([sys.executable, "-m", "pytest", "test_it.py"], project)

    assert done.returncode == 143, done.stdout
    assert "2 results uploaded" in ours(done.stdout)[0]
    found = {result["name"]: result["result"] for result in project.engine.executions}
    assert found == {"test_before": "passed", "test_slow": "unknown"}


def test_a_process_that_inherits_orphans(project: Project) -> None:
    """The courier would be its child: pytest delivers by itself, and no test meets a child."""
    project.write(
        {
            "run.py": """
            import ctypes, sys, pytest
            assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
            sys.exit(pytest.main(["-q"]))
            """,
            "test_it.py": """
            import os, pytest
            def test_it():
                with pytest.raises(ChildProcessError):
                    os.wait()
            """,
        }
    )
    done = project.run("run.py")

    assert done.returncode == 0, done.stdout
    assert "1 result uploaded" in ours(done.stdout)[0]


def test_timeout(project: Project) -> None:
    """`timeout` sends SIGTERM to pytest, and everything arrives."""
    project.write({"test_it.py": "import time\ndef test_a(): pass\ndef test_b(): time.sleep(60)\n"})
    done = subprocess.run(
        ["timeout", "3", sys.executable, "-m", "pytest"],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 124
    project.wait_for_couriers()
    found = {result["name"]: result["result"] for result in project.engine.executions}
    assert found == {"test_a": "passed", "test_b": "unknown"}


def test_the_setting(project: Project) -> None:
    """`courier=false` starts nothing, whatever it is set by."""
    project.write({"conftest.py": "import time\ndef pytest_sessionstart(): time.sleep(0.3)\n"})
    project.environment["BUILDKITE_ANALYTICS_DEBUG_ENABLED"] = "1"
    for value in ("true", "auto", "false"):
        run = project.test("def test_it(): pass\n", f"--buildkite-courier={value}", watched=False)
        assert "1 result uploaded" in run.said[0]
        assert "the component was loaded" in "".join(run.said)
        assert not list(project.path.rglob("courier.json"))
    run = project.test("def test_it(): pass\n", "--buildkite-courier=perhaps", watched=False)
    said = "--buildkite-courier must be auto, true or false"
    assert said in "\n".join(run.said)
