"""How the courier starts, what it gets and does not get, and what may keep it from starting."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .project import COURIER, TOKEN, Project, needs_courier, ours

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    needs_courier,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc"),
]

#: A test that ends when it is told to.
WAITS = """
    import pathlib, time
    def test_waits():
        until = time.monotonic() + 60
        while not pathlib.Path("go").exists():
            assert time.monotonic() < until
            time.sleep(0.02)
"""

#: What is at the beginning of each suite here that looks for the courier from inside.
FOLLOWED = """
    import os, pathlib, time, pytest

    @pytest.fixture(scope="session", autouse=True)
    def followed():
        until = time.monotonic() + 60
        while not list(pathlib.Path.home().rglob("courier.json")):
            assert time.monotonic() < until
            time.sleep(0.02)
"""

ONE = "def test_it(): pass\n"


def courier_of(project: Project) -> Path:
    """Return the folder in `/proc` of the courier of a project, when it follows its run."""
    until = time.monotonic() + 60
    while not list(project.path.rglob("courier.json")):
        assert time.monotonic() < until
        time.sleep(0.02)
    (pid,) = project.couriers()
    return Path(f"/proc/{pid}")


@pytest.fixture
def courier(project: Project) -> Iterator[Path]:
    """The courier of a run in an environment that it should not have as it is."""
    library = "/usr/lib/does-not-exist.so"
    project.environment |= {
        "LD_PRELOAD": library,
        "DYLD_INSERT_LIBRARIES": library,
        "LD_LIBRARY_PATH": "/usr/lib/ours",
        "MY_TOKEN": TOKEN,
        "A_COMMAND": f"curl --header 'Token {TOKEN}'",
        "PYTHONPATH": str(project.path),
        "PYTHONSTARTUP": "startup.py",
        "RUNNER_TRACKING_ID": "github_1",
        "BUILD_ID": "7",
        "JENKINS_NODE_COOKIE": "jenkins-1",
    }
    project.write({"test_it.py": WAITS})
    read, write = os.pipe()
    os.set_inheritable(write, True)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGUSR1))
    try:
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "pytest", "-q"],
            cwd=project.path,
            env=project.environ(),
            stdout=subprocess.PIPE,
            pass_fds=[write],
        )
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGUSR1))
        signal.signal(signal.SIGHUP, before)
    try:
        yield courier_of(project)
        (project.path / "go").touch()
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        assert len(project.engine.executions) == 1
    finally:
        process.kill()
        process.communicate()
        os.close(read)
        os.close(write)


def test_its_environment(courier: Path) -> None:
    """It holds what a CI system finds it by, and neither the token nor somebody else's code."""
    content = (courier / "environ").read_bytes()
    pairs = [line.decode().partition("=") for line in content.split(b"\0") if line]
    environment = {name: value for name, _, value in pairs}

    assert TOKEN.encode() not in content
    kept = ("RUNNER_TRACKING_ID", "BUILD_ID", "JENKINS_NODE_COOKIE", "LD_LIBRARY_PATH")
    assert [environment[name] for name in kept] == ["github_1", "7", "jenkins-1", "/usr/lib/ours"]
    unwanted = ("PYTHON", "BUILDKITE_ANALYTICS_", "LD_PRELOAD", "DYLD_INSERT", "MY_", "A_COMMAND")
    assert not [name for name in environment if name.startswith(unwanted)]


def test_its_arguments(courier: Path) -> None:
    """They are fixed words, and say to a person what it is."""
    interpreter, *options, program = (courier / "cmdline").read_text().rstrip("\0").split("\0")
    assert interpreter == sys.executable
    assert program.endswith(COURIER)
    assert set(options) <= {"-I", "-S", "-B", "-X", "utf8"}


def test_what_it_inherits(courier: Path) -> None:
    """It has its own session, nothing open that is not its own, and no signal held back."""
    lines = (courier / "status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if "\t" in line)
    fields = (courier / "stat").read_text().rpartition(")")[2].split()
    parent, group, session, terminal = map(int, fields[1:5])

    assert (group, session, terminal) == (int(courier.name), int(courier.name), 0)
    assert parent != os.getpid()
    assert os.readlink(courier / "cwd") == "/"
    opened = {int(each.name): os.readlink(each) for each in (courier / "fd").iterdir()}
    assert {opened.pop(number) for number in range(3)} == {"/dev/null"}
    # Its own pipe has a name.
    assert not [each for each in opened.values() if each.startswith(("pipe:", "/dev/"))]
    assert int(status["SigBlk"], 16) == 0
    ignored = {n for n in signal.valid_signals() if int(status["SigIgn"], 16) >> (n - 1) & 1}
    # What every Python ignores.
    assert ignored <= {signal.SIGPIPE, signal.SIGXFSZ}


#: What a test does that would meet a child of ours, and with which plugins.
MEETINGS = {
    "os.wait": "with pytest.raises(ChildProcessError): os.wait()",
    "waitpid": "with pytest.raises(ChildProcessError): os.waitpid(-1, os.WNOHANG)",
    "waitid": "with pytest.raises(ChildProcessError): os.waitid(os.P_ALL, 0, os.WEXITED)",
    "psutil": "assert psutil.Process().children(recursive=True) == []",
    "psutil of the parent": (
        "others = psutil.Process(os.getppid()).children(recursive=True)\n"
        "        assert not [each for each in others if 'deliver_test' in str(each.cmdline())]"
    ),
    "descriptors": "os.closerange(3, 1024)",
    "the group": "signal.signal(signal.SIGUSR1, signal.SIG_IGN); os.killpg(0, signal.SIGUSR1)",
    "a session": "os.getpgid(0) == os.getpid() or os.setsid()",
}


@pytest.mark.parametrize("workers", [[], ["-n", "2"], ["--forked"]], ids=["", "xdist", "forked"])
@pytest.mark.parametrize("meeting", MEETINGS)
def test_no_test_meets_it(project: Project, meeting: str, workers: list[str]) -> None:
    pytest.importorskip("psutil")
    if "--forked" in workers and pytest.version_tuple >= (9,):
        pytest.skip("pytest-forked 1.7.5 cannot run a test in pytest 9")
    if meeting in ("descriptors", "the group") and workers:
        pytest.skip("it takes away what a worker talks by, or ends who talks to it")
    project.use("xdist", "pytest_forked")
    deed = MEETINGS[meeting]
    project.write({"conftest.py": FOLLOWED})
    source = f"""
    import os, signal, psutil, pytest

    def test_meets():
        {deed}

    def test_after(): pass
    """
    project.write({"test_it.py": source})
    done = run_alone(project, "-s", *workers)
    (project.path / "conftest.py").unlink()
    without = run_alone(project, "-s", *workers, "-p", "no:buildkite-test-collector")

    # Who closes all descriptors has pytest stumble at its exit.
    assert done.returncode == without.returncode, done.stdout
    assert "2 passed" in done.stdout
    (line,) = ours(done.stdout)
    assert "2 results uploaded to" in line
    found = {result["name"]: result["result"] for result in project.engine.executions}
    assert found == {"test_meets": "passed", "test_after": "passed"}


def run_alone(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as the leader of a group, which it may then send a signal to."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )


#: What stands where the interpreter should be, and whether the courier works by it.
INTERPRETERS = {
    "one that prints": ("echo hello; echo hello >&2", False),
    "one that fails": ("exit 3", False),
    "one that never ends": ("sleep 1000 & sleep 1000", False),
    "one that reads and closes all": ("cat; exec 0<&- 1<&-; sleep 0.2", False),
    "one that is killed": ("kill -9 $$", False),
    "a wrapper": (f'exec {sys.executable} "$@"', True),
    "a wrapper that waits": (f'{sys.executable} "$@"', True),
}


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_interpreters(project: Project, interpreter: str) -> None:
    """An embedded interpreter names what is no Python, or another one: the run is as without it."""
    script, works = INTERPRETERS[interpreter]
    shim = project.path / "bin" / "python3"
    project.write({"bin/python3": f"#!/bin/sh\n{script}\n"})
    shim.chmod(0o755)
    waits = FOLLOWED if works else ""
    project.write({"conftest.py": f"{waits}\n    import sys\n    sys.executable = {str(shim)!r}\n"})
    run = project.test("def test_it(capfd): assert capfd.readouterr().out == ''\n", watched=False)

    assert run.status == 0, run.stdout
    assert "1 result uploaded to" in run.said[0]
    assert "hello" not in run.stdout + run.stderr
    assert not children_of(shim)
    project.wait_for_couriers(10)


def children_of(shim: Path) -> list[str]:
    """Return the commands that run a script, or that it has left behind, but for the courier."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if f"HOME={shim.parent.parent}".encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text())
    return [command for command in found if COURIER not in command or str(shim) in command]


def test_another_python_does_not_deliver(project: Project) -> None:
    """Prefix, version and package must be the same on both sides."""
    project.write(
        {
            "conftest.py": """
            from _buildkite_test_collector.courier import launch
            launch.__version__ = "0"
            """
        }
    )
    run = project.test(ONE, watched=False)
    assert run.status == 0
    assert "1 result uploaded to" in run.said[0]


def test_spawning_is_held_from_loading(project: Project) -> None:
    """Debuggers and suites replace it, and would see or change what is started."""
    project.write({"conftest.py": FOLLOWED + "    os.posix_spawn = os.spawnv = os.fork = None\n"})
    run = project.test(ONE, watched=False)
    assert run.status == 0, run.stdout
    (line,) = run.said
    assert "1 result uploaded to" in line


@pytest.mark.parametrize("limit", ["RLIMIT_NPROC", "RLIMIT_NOFILE"])
def test_limits(project: Project, limit: str) -> None:
    """Where no process may be started, pytest delivers, and says so."""
    setpriv = shutil.which("setpriv")
    command = [sys.executable, "-m", "pytest"]
    least = 0 if limit == "RLIMIT_NPROC" else 32
    if limit == "RLIMIT_NPROC" and os.geteuid() == 0:
        # The limit is not for root; what another user may not read is made readable.
        if setpriv is None:
            pytest.skip("there is no setpriv")
        kept = "+dac_override,+dac_read_search"
        options = [f"--inh-caps={kept}", f"--ambient-caps={kept}"]
        command = [setpriv, "--reuid=65533", "--clear-groups", *options, *command]
    project.write(
        {
            "conftest.py": f"""
            import resource
            resource.setrlimit(resource.{limit}, ({least}, {least}))
            """,
            "test_it.py": ONE,
        }
    )
    done = subprocess.run(
        command,
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = ours(done.stdout)
    assert "1 result uploaded to" in said[0]
    if limit == "RLIMIT_NPROC":
        assert "pytest itself delivers the results, at its end: [Errno 11]" in said[1]


@pytest.mark.parametrize("argument", ["--collect-only", "--help", "--version", "--markers"])
def test_not_for_what_runs_no_test(project: Project, argument: str) -> None:
    project.write({"test_it.py": ONE})
    run = project.pytest(argument, watched=False)
    assert run.status == 0
    assert not (project.path / ".local").exists()
    assert not project.couriers()


def test_what_is_started_by_mistake_is_inert(project: Project) -> None:
    project.environment["BUILDKITE_TEST_COLLECTOR_IS_COURIER"] = "1"
    run = project.test(ONE, "--json=results.json", watched=False)
    assert (run.status, run.said) == (0, [])
    assert not project.engine.requests
    assert not (project.path / "results.json").exists()


@pytest.mark.parametrize("courier", ["auto", "true", "false"])
def test_the_setting(project: Project, courier: str) -> None:
    """Who delivers: it is seen by who says how it loads the component, and by what it is called."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    waits = FOLLOWED if courier != "false" else ""
    project.write({"conftest.py": waits + "    import time\n"})
    project.write(
        {
            "test_it.py": """
            import pathlib, sys
            def test_it():
                found = list(pathlib.Path.home().rglob("courier.json"))
                print(len(found))
            def test_after(): pass
            """
        }
    )
    run = project.pytest("-s", watched=False)
    assert run.status == 0, run.stdout
    assert f"test_it.py {int(courier != 'false')}" in run.stdout
    (line,) = run.said
    assert "2 results uploaded to" in line


@pytest.mark.parametrize("modules", [("queue",), ("email/__init__", "gzip")])
def test_modules_of_the_project(project: Project, modules: tuple[str, ...]) -> None:
    """A project's `email` or `queue.py` is none of the courier's, wherever it lies."""
    for name in modules:
        project.write({f"{name}.py": "raise RuntimeError('a module of the project')\n"})
    project.write(
        {
            "conftest.py": FOLLOWED
            + f"""
    import sys
    sys.path.insert(0, {str(project.path)!r})
    os.environ["PYTHONPATH"] = {str(project.path)!r}
"""
        }
    )
    project.write({"pytest.ini": "[pytest]\naddopts = --import-mode=importlib\n"})
    project.write({"tests/test_it.py": ONE})
    done = subprocess.run(
        [str(Path(sys.executable).with_name("pytest")), "tests"],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = ours(done.stdout)
    assert "1 result uploaded to" in line


def test_the_courier_has_no_pytest(project: Project) -> None:
    """It takes a tenth of a second, and may lie in a folder that the courier does not look into."""
    script = """
        import sys
        from _buildkite_test_collector.courier import courier
        from _buildkite_test_collector.delivery import delivery, results_file, uploads

        assert "pytest" not in sys.modules
        # Not before there is something to do for it.
        assert not {"urllib3", "wasmtime"} & set(sys.modules)
    """
    project.write({"script.py": script})
    done = project.run("script.py")
    assert done.returncode == 0, done.stderr
