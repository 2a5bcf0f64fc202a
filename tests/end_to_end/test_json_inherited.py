"""What `--json` may name that only the process itself has: descriptors, and its terminal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from .project import names, ours
from .streams import MANY, WAITS, couriers, with_own_devices

if TYPE_CHECKING:
    from .project import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is about POSIX's files")


def with_descriptor(project: Project, number: int) -> subprocess.CompletedProcess[str]:
    """Run pytest with a descriptor that it gets from its caller, and results for that."""
    return project.execute(
        [sys.executable, "-m", "pytest", f"--json=/dev/fd/{number}"],
        pass_fds=[number],
        timeout=60,
    )


@pytest.fixture
def project(project: Project) -> Project:
    """A project of one test, for which nobody waits long."""
    project.write({"test_it.py": "def test_it(): pass\n"})
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "20"
    return project


def test_a_test_that_has_pipes_end_the_process(project: Project) -> None:
    """A reader that leaves is no reason for pytest to die, whatever SIGPIPE does by then."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    project.write(
        {
            "test_it.py": """
            import signal
            def test_signal(): signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            """,
            "test_many.py": MANY,
        }
    )
    reading_end, writing_end = os.pipe()

    def leave() -> None:
        os.read(reading_end, 1)
        os.close(reading_end)

    thread = threading.Thread(target=leave)
    thread.start()
    done = with_descriptor(project, writing_end)
    os.close(writing_end)
    thread.join()
    assert done.returncode == 0, done.returncode
    assert "cannot be written: [Errno 32] Broken pipe" in ours(done.stdout)[1]


#: Paths of a process's own standard output.
OUTPUTS = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/proc/thread-self/fd/1", "link.json"]


@couriers
@pytest.mark.parametrize("path", OUTPUTS)
def test_standard_output(project: Project, path: str, courier: str) -> None:
    """The courier, whose own that is nothing, replaced root's `/dev/stdout`."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"test_it.py": WAITS})
    (project.path / "link.json").symlink_to("/dev/stdout")
    done = with_own_devices(
        project, f"--json={path}", "--merge-json", look="readlink /dev/stdout; ls /dev"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    (array,) = [line for line in done.stdout.splitlines() if line.startswith("[{")]
    assert names(array) == ["test_it"]
    assert len(ours(done.stdout)) == 1
    assert "/proc/self/fd/1" in done.stdout.splitlines()
    assert "stdout.lock" not in done.stdout
    assert (project.path / "link.json").is_symlink()
    assert not list(project.path.rglob("run.json"))


@couriers
def test_standard_output_that_is_a_file(project: Project, courier: str) -> None:
    """What pytest has written to it stays, and so does what it writes afterwards."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"test_it.py": WAITS})
    # A path by which nothing in `/dev` can be replaced.
    with project.started("--json=/proc/self/fd/1") as process:
        assert process.wait(60) == 0
    output = project.output.read_text()
    lines = output.splitlines()
    assert "test session starts" in lines[0]
    (array,) = [line for line in lines if line.startswith("[{")]
    assert names(array) == ["test_it"]
    assert "1 passed" in lines[-1]
    assert "1 result uploaded" in ours(output)[0]


@couriers
def test_a_command_of_the_shell(project: Project, courier: str) -> None:
    """`--json=>(command)` names a descriptor that pytest has from its caller."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"test_it.py": WAITS})
    done = project.execute(
        [bash, "-c", f"{sys.executable} -m pytest --json=>(cat > got.json; touch ended); wait $!"]
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert names((project.path / "got.json").read_text()) == ["test_it"]
    assert len(ours(done.stdout)) == 1


@couriers
def test_a_descriptor_that_becomes_another_file(project: Project, courier: str) -> None:
    """A test's file that has the number by then is not ours to write to."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    reading_end, writing_end = os.pipe()
    project.write(
        {
            "test_it.py": f"""
            import os
            def test_it():
                mine = os.open("mine.txt", os.O_CREAT | os.O_RDWR)
                os.write(mine, b"mine")
                os.dup2(mine, {writing_end})
            """
        }
    )
    done = with_descriptor(project, writing_end)
    os.close(writing_end)
    with open(reading_end, "rb") as pipe:
        assert pipe.read() == b""
    assert done.returncode == 0
    assert "1 result uploaded" in ours(done.stdout)[0]
    assert f"/dev/fd/{writing_end} cannot be written: it is not open any more" in done.stdout
    assert (project.path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("number", ["87", "99999999999999999999"])
def test_a_descriptor_that_is_not_open(project: Project, number: str) -> None:
    run = project.pytest(f"--json=/dev/fd/{number}", watched=False)

    assert run.status == 0
    assert f"/dev/fd/{number} cannot be written: it is not open" in run.said[1]


def test_a_pipe_from_the_caller_that_nobody_reads(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "1"
    project.write({"test_it.py": MANY})
    reading_end, writing_end = os.pipe()
    done = with_descriptor(project, writing_end)
    os.close(reading_end)
    os.close(writing_end)
    assert done.returncode == 0
    # In the first line where the upload did not make it in that second either.
    assert "cannot be written: nobody reads on from this pipe" in done.stdout


@couriers
def test_the_terminal_of_the_process(project: Project, courier: str) -> None:
    """`/dev/tty` is another one for each process, and none for the courier."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"test_it.py": WAITS})
    spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = f"exec {sys.executable} -m pytest --json=/dev/tty > output.txt"
    done = project.execute([sys.executable, "-c", spawn, "sh", "-c", command])
    assert done.returncode == 0, project.output.read_text()
    assert names(done.stdout) == ["test_it"]
    assert len(ours(project.output.read_text())) == 1


@couriers
def test_a_path_by_way_of_the_process(project: Project, courier: str) -> None:
    """The folder of a process by its own name is another one for the courier."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"test_it.py": WAITS})
    run = project.pytest("--json=/proc/self/cwd/made-here/results.json", watched=False)

    assert len(run.said) == 1, run.said
    assert names((project.path / "made-here/results.json").read_text()) == ["test_it"]


def test_ctrl_c_while_a_pipe_is_written(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "600"
    project.write({"test_it.py": MANY})
    reading_end, writing_end = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", f"--json=/dev/fd/{writing_end}"],
        cwd=project.path,
        env=project.environ(),
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=[writing_end],
    )
    os.close(writing_end)
    # It is being written, and stops where the pipe is full.
    assert os.read(reading_end, 1) == b"["
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    os.close(reading_end)
    assert process.returncode == 0, output
    assert "the delivery was interrupted" in ours(output)[1]
    assert "1000 results uploaded" in ours(output)[0]
