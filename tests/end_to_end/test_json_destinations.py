"""What `--json` may name beside a plain file: links, devices, pipes, mounts, files of others."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shlex
import shutil
import signal
import stat
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

from .namespace import OWN_DEV, in_namespace
from .project import IS_IN_PROCESS, ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .project import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is about POSIX's files")

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act for another user"
)

#: Another user: "nobody".
OTHER = 65534

OLD = "what the file held before, and that is longer than any result is " * 100

#: A run that is not over before the courier is there.
WAITS = """
    import os, pathlib, time

    def test_it():
        until = time.monotonic() + 60
        while os.environ["BUILDKITE_ANALYTICS_COURIER"] == "true" and not list(
            pathlib.Path.home().rglob("courier.json")
        ):
            assert time.monotonic() < until
            time.sleep(0.02)
"""

#: Who delivers.
couriers = pytest.mark.parametrize(
    "courier", ["false"] if IS_IN_PROCESS else ["true", "false"], ids=lambda courier: courier
)


@pytest.fixture
def project(project: Project) -> Project:
    """A project of one test, for which nobody waits long."""
    project.write({"test_it.py": "def test_it(): pass\n", "out/results.json": OLD})
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "20"
    return project


def names(text: str | bytes) -> list[str]:
    """Return the names of the tests in a file of results."""
    return [result["name"] for result in json.loads(text)]


def identity(path: Path) -> dict[str, Any]:
    """Return what is to stay of a file when it gets another content."""
    status = path.lstat()
    attributes = {each: os.getxattr(path, each) for each in os.listxattr(path)}
    found = {"mode": status.st_mode, "links": status.st_nlink, "attributes": attributes}
    return found | {"owner": (status.st_uid, status.st_gid)}


def make_attribute(path: Path) -> None:
    try:
        os.setxattr(path, "user.kept", b"by somebody")
    except OSError:
        pytest.skip("this file system has no attributes")


def make_access_list(path: Path) -> None:
    """Let another user read a file, in the second version of Linux's form of that."""
    entries = [(0x01, 6, -1), (0x02, 4, OTHER), (0x04, 4, -1), (0x10, 4, -1), (0x20, 0, -1)]
    packed = b"".join(struct.pack("<HHi", *entry) for entry in entries)
    try:
        os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    except OSError:
        pytest.skip("this file system has no access control lists")


#: What may be special about a file, and how it is made so.
SPECIAL: dict[str, Callable[[Path], object]] = {
    "private": lambda path: path.chmod(0o600),
    "open to all": lambda path: path.chmod(0o666),
    "executable": lambda path: path.chmod(0o755),
    "two names": lambda path: path.with_name("other.json").hardlink_to(path),
    "an attribute": make_attribute,
    "an access control list": make_access_list,
    "another owner": lambda path: os.chown(path, OTHER, OTHER),
    "another group": lambda path: os.chown(path, -1, OTHER),
}


@pytest.mark.parametrize("what", SPECIAL)
def test_what_is_special_about_a_file_stays(project: Project, what: str) -> None:
    """A new file with the permissions of any other took its place."""
    if "another" in what and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    path = project.path / "out/results.json"
    SPECIAL[what](path)
    before = identity(path)
    run = project.pytest("--json=out/results.json", watched=False)

    assert run.status == 0
    assert len(run.said) == 1, run.said
    assert names(path.read_text()) == ["test_it"]
    assert identity(path) == before
    other = path.with_name("other.json")
    assert not other.exists() or names(other.read_text()) == ["test_it"]
    assert {each.name for each in path.parent.iterdir()} <= {"results.json", "other.json"}


def test_whoever_reads_meanwhile_sees_the_old_file_whole(project: Project) -> None:
    """A plain file is replaced in one step, also one that is private."""
    path = project.path / "out/results.json"
    path.chmod(0o600)
    with path.open() as reader:
        project.pytest("--json=out/results.json", watched=False)
        assert reader.read() == OLD
    assert names(path.read_text()) == ["test_it"]


@pytest.mark.parametrize("options", [[], ["--merge-json"]], ids=["plain", "merge"])
@pytest.mark.parametrize("kind", ["to a file", "to nothing", "to no folder", "to a link"])
def test_a_link_stays_a_link(project: Project, kind: str, options: list[str]) -> None:
    """The link was replaced by a file, and what it led to stayed as it was."""
    target = project.path / "elsewhere/target.json"
    link = project.path / "out/link.json"
    link.symlink_to("../elsewhere/target.json")
    if kind != "to no folder":
        project.write({"elsewhere/other.txt": ""})
    if kind in ("to a file", "to a link"):
        project.write({"elsewhere/target.json": '[{"name": "before"}]'})
    named = link
    if kind == "to a link":
        named = project.path / "second.json"
        named.symlink_to(link)
    run = project.pytest(f"--json={named}", *options, watched=False)

    assert run.status == 0
    assert len(run.said) == 1, run.said
    assert link.is_symlink()
    assert named.is_symlink()
    before = ["before"] if options and target.exists() and kind != "to nothing" else []
    if kind == "to no folder":
        before = []
    assert names(target.read_text()) == [*before, "test_it"]


def test_a_link_to_another_file_system(project: Project) -> None:
    shm = Path("/dev/shm")  # noqa: S108
    if not os.access(shm, os.W_OK) or shm.stat().st_dev == project.path.stat().st_dev:
        pytest.skip("there is one file system alone")
    target = shm / f"results-{os.getpid()}.json"
    target.write_text(OLD)
    link = project.path / "link.json"
    link.symlink_to(target)
    try:
        run = project.pytest("--json=link.json", watched=False)
        assert len(run.said) == 1, run.said
        assert names(target.read_text()) == ["test_it"]
        assert link.is_symlink()
    finally:
        target.unlink()


@pytest.mark.parametrize("options", [[], ["--merge-json"]], ids=["plain", "merge"])
def test_a_file_that_is_mounted(project: Project, options: list[str]) -> None:
    """As in a container that gets one file of its host: nothing can take its place."""
    mounted, host = project.path / "out/results.json", project.path / "host.json"
    host.write_text('[{"name": "before"}]')
    command = [sys.executable, "-m", "pytest", "--json=out/results.json", *options]
    done = subprocess.run(
        in_namespace(command, f"mount --bind {host} {mounted}", "--mount"),
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(ours(done.stdout)) == 1
    assert names(host.read_text()) == [*(["before"] if options else []), "test_it"]
    assert mounted.read_text() == OLD
    left = {each.name for each in mounted.parent.iterdir()} - {"results.json.lock"}
    assert left == {"results.json"}


def without_rights(project: Project, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as a root whom permissions bind, as they bind any other user."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("there is no setpriv")
    return subprocess.run(
        [
            setpriv,
            "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown",
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *options,
        ],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        check=False,
    )


@needs_root
@pytest.mark.parametrize("options", [[], ["--merge-json"]], ids=["plain", "merge"])
def test_a_file_in_a_folder_of_somebody_else(project: Project, options: list[str]) -> None:
    """No new file can be made there, nor a lock; the file is ours to write to all the same."""
    path = project.path / "out/results.json"
    path.write_text('[{"name": "before"}]')
    os.chown(path.parent, OTHER, OTHER)
    done = without_rights(project, "--json=out/results.json", *options)

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(ours(done.stdout)) == 1, done.stdout
    assert names(path.read_text()) == [*(["before"] if options else []), "test_it"]
    assert [each.name for each in path.parent.iterdir()] == ["results.json"]


@needs_root
def test_a_file_that_one_may_not_write_to(project: Project) -> None:
    """A folder of one's own does not make it one's own file."""
    path = project.path / "out/results.json"
    os.chown(path, OTHER, OTHER)
    done = without_rights(project, "--json=out/results.json")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "results.json cannot be written: [Errno 13] Permission denied" in ours(done.stdout)[1]
    assert path.read_text() == OLD


def test_a_full_disk_takes_nothing_away(project: Project) -> None:
    """A file with two names is written to in place: what it held is there until there is room."""
    script = f"""
        cd {project.path}
        mount -t tmpfs -o size=64k none disk
        cp old.json disk/results.json
        ln disk/results.json disk/other.json
        head -c 40000 /dev/zero > disk/filler
    """
    (project.path / "disk").mkdir()
    project.write(
        {
            "old.json": OLD,
            "test_it.py": (
                "import pytest\n@pytest.mark.parametrize('n', range(100))\ndef test_it(n): pass\n"
            ),
        }
    )
    command = ["sh", "-c", f"{sys.executable} -m pytest --json=disk/results.json; cp -r disk seen"]
    done = subprocess.run(
        in_namespace(command, script, "--mount"),
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "results.json cannot be written: [Errno 28] No space left" in done.stdout
    assert (project.path / "seen/results.json").read_text() == OLD
    assert sorted(each.name for each in (project.path / "seen").iterdir()) == [
        "filler",
        "other.json",
        "results.json",
    ]


def with_own_devices(
    project: Project, *options: str, look: str = "true"
) -> subprocess.CompletedProcess[str]:
    """Run pytest, and a command after it, where nothing that it does to devices is done to others.

    Without the rights for such a place there is nothing that it could do.
    """
    command = ["sh", "-c", f"{shlex.join([sys.executable, '-m', 'pytest', *options])} && {look}"]
    if os.geteuid() == 0:
        command = in_namespace(command, OWN_DEV, "--mount")
    return subprocess.run(
        command,
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("options", [[], ["--merge-json"]], ids=["plain", "merge"])
def test_a_device_stays_a_device(project: Project, options: list[str]) -> None:
    """Root's `/dev/null` was a file from then on, for the whole machine."""
    look = "stat -c '%F %t,%T' /dev/null; ls /dev"
    done = with_own_devices(project, "--json=/dev/null", *options, look=look)

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(ours(done.stdout)) == 1
    assert "character special file 1,3" in done.stdout
    assert "null.lock" not in done.stdout


def test_a_device_that_is_full(project: Project) -> None:
    done = with_own_devices(project, "--json=/dev/full")

    assert done.returncode == 0
    said = ours(done.stdout)[1]
    assert "/dev/full cannot be written: [Errno 28] No space left on device" in said


def test_a_directory(project: Project) -> None:
    run = project.pytest("--json=out", watched=False)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert "/out cannot be written: it is a directory; name a file in it; to try" in run.said[1]
    assert (project.path / "out/results.json").read_text() == OLD


@contextlib.contextmanager
def reading(path: Path) -> Iterator[list[bytes]]:
    """Read a pipe meanwhile."""
    found: list[bytes] = []
    # With a writer of our own the pipe has no end before we say so, whatever becomes of its path.
    writer = os.open(path, os.O_RDWR)
    file = path.open("rb")
    reader = threading.Thread(target=lambda: found.append(file.read()))
    reader.start()
    try:
        yield found
    finally:
        os.close(writer)
        reader.join()
        file.close()


@couriers
def test_a_pipe(project: Project, courier: str) -> None:
    """It was replaced by a file, and whoever reads it waited for ever."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    many = "import pytest\n@pytest.mark.parametrize('n', range(500))\ndef test_it(n): pass\n"
    project.write({"test_it.py": many})
    pipe = project.path / "pipe"
    os.mkfifo(pipe)
    with reading(pipe) as found:
        run = project.pytest("--json=pipe", watched=False)

    assert run.status == 0
    assert len(run.said) == 1, run.said
    # More than a pipe takes at once.
    assert len(found[0]) > 1 << 16
    assert names(found[0]) == [f"test_it[{n}]" for n in range(500)]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@couriers
def test_a_pipe_that_nobody_reads(project: Project, courier: str) -> None:
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "2"
    os.mkfifo(project.path / "pipe")
    run = project.pytest("--json=pipe", watched=False, timeout=60)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert "/pipe cannot be written: nobody reads this pipe" in run.said[1]


@couriers
@pytest.mark.parametrize("end", ["stops", "leaves"])
def test_a_pipe_whose_reader_does_not_go_on(project: Project, courier: str, end: str) -> None:
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "3"
    many = "import pytest\n@pytest.mark.parametrize('n', range(1000))\ndef test_it(n): pass\n"
    project.write({"test_it.py": many})
    pipe = project.path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    def leave() -> None:
        select.select([reader], [], [], 60)
        os.close(reader)

    thread = threading.Thread(target=leave)
    if end == "leaves":
        thread.start()
    try:
        run = project.pytest("--json=pipe", watched=False, timeout=60)
    finally:
        if end == "leaves":
            thread.join()
        else:
            os.close(reader)
    assert run.status == 0
    assert "1000 results uploaded" in run.said[0]
    why = "[Errno 32] Broken pipe" if end == "leaves" else "nobody reads on from this pipe"
    assert f"/pipe cannot be written: {why}" in run.said[1]


def test_a_test_that_has_pipes_end_the_process(project: Project) -> None:
    """A reader that leaves is no reason for pytest to die, whatever SIGPIPE does by then."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = "false"
    project.write(
        {
            "test_it.py": """
            import signal, pytest
            def test_signal(): signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            @pytest.mark.parametrize('n', range(1000))
            def test_it(n): pass
            """
        }
    )
    reading_end, writing_end = os.pipe()

    def leave() -> None:
        os.read(reading_end, 1)
        os.close(reading_end)

    thread = threading.Thread(target=leave)
    thread.start()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", f"--json=/dev/fd/{writing_end}"],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        pass_fds=[writing_end],
        check=False,
    )
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
    done = subprocess.run(
        [bash, "-c", f"{sys.executable} -m pytest --json=>(cat > got.json; touch ended); wait $!"],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        check=False,
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
    done = subprocess.run(
        [sys.executable, "-m", "pytest", f"--json=/dev/fd/{writing_end}"],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        pass_fds=[writing_end],
        check=False,
    )
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
    many = "import pytest\n@pytest.mark.parametrize('n', range(1000))\ndef test_it(n): pass\n"
    project.write({"test_it.py": many})
    reading_end, writing_end = os.pipe()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", f"--json=/dev/fd/{writing_end}"],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        pass_fds=[writing_end],
        timeout=60,
        check=False,
    )
    os.close(reading_end)
    os.close(writing_end)
    assert done.returncode == 0
    assert "cannot be written: nobody reads on from this pipe" in ours(done.stdout)[1]


def everything_shown(master: int) -> bytes:
    """Return what is written to a terminal until nobody has it open; its end is an error."""
    shown = b""
    with contextlib.suppress(OSError):
        while block := os.read(master, 4096):
            shown += block
    return shown


def test_a_terminal_becomes_nobodys(project: Project) -> None:
    """Whoever opens one without care has it as its own, and is ended with it."""
    master, slave = os.openpty()
    run = project.pytest(f"--json={os.ttyname(slave)}", watched=False)
    os.close(slave)
    shown = everything_shown(master)
    os.close(master)
    assert len(run.said) == 1, run.said
    assert names(shown) == ["test_it"]


@couriers
def test_the_terminal_of_the_process(project: Project, courier: str) -> None:
    """`/dev/tty` is another one for each process, and none for the courier."""
    import pty

    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"test_it.py": WAITS})
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(project.path)
        with open("output.txt", "w") as output:
            os.dup2(output.fileno(), 1)
        command = [sys.executable, "-m", "pytest", "--json=/dev/tty"]
        os.execve(sys.executable, command, project.environ())  # noqa: S606
    shown = everything_shown(master)
    _, status = os.waitpid(pid, 0)
    os.close(master)
    assert os.waitstatus_to_exitcode(status) == 0, project.output.read_text()
    assert names(shown) == ["test_it"]
    assert len(ours(project.output.read_text())) == 1


def test_a_path_by_way_of_the_process(project: Project) -> None:
    """The folder of a process by its own name is another one for the courier."""
    run = project.pytest("--json=/proc/self/cwd/out/results.json", watched=False)

    assert len(run.said) == 1, run.said
    assert names((project.path / "out/results.json").read_text()) == ["test_it"]


def test_ctrl_c_while_a_pipe_is_written(project: Project) -> None:
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "600"
    many = "import pytest\n@pytest.mark.parametrize('n', range(1000))\ndef test_it(n): pass\n"
    project.write({"test_it.py": many})
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
