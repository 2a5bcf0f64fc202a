"""Files that others could reach: nobody else can prepare, read or change them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector import private

from .project import ours

if TYPE_CHECKING:
    from .project import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="as on Linux")

TEST = "def test_it(): pass\n"

#: The directory that root has for its own in one that all users share.
NAME = "buildkite-test-collector-0"

#: Directories that all users share.
SHARED = ("/var/tmp", "/dev/shm", "/tmp")  # noqa: S108


def test_all_is_the_users_alone(project: Project) -> None:
    with project.slow():
        (record,) = project.path.rglob("run.json")
        folder = record.parent
        for _ in range(3):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            folder = folder.parent
        for path in record.parent.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    project.wait_for_couriers()


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="it takes two users")
@pytest.mark.parametrize("trap", ["links", "pipes", "directory"])
def test_what_another_user_has_prepared(project: Project, tmp_path: Path, trap: str) -> None:
    """Root's pytest overwrote what links named by process ids led to, and hung at pipes."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    prepared = [temporary / NAME, Path("/tmp") / NAME]  # noqa: S108
    marks = prepared[1] / "running"
    shutil.rmtree(prepared[1], ignore_errors=True)
    try:
        for folder in (prepared[0], prepared[1], marks):
            folder.mkdir(exist_ok=True)
            os.chown(folder, 65534, 65534)
        if trap != "directory":
            for pid in range(1, 40_000, 1 if trap == "links" else 50):
                path = marks / str(pid)
                os.symlink(victim, path) if trap == "links" else os.mkfifo(path)
        project.environment = {"HOME": "/nonexistent", "TMPDIR": str(temporary)}
        run = project.test(TEST, watched=False)
    finally:
        shutil.rmtree(prepared[1], ignore_errors=True)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert victim.read_text() == "precious"
    assert not list(prepared[0].iterdir())


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    (tmp_path / "folder").symlink_to(tmp_path)
    for attempt in (private.open_new, private.open_for_append, private.open_for_reading):
        with pytest.raises(OSError, match="link"):
            attempt(str(tmp_path / "link"))
    with pytest.raises(NotADirectoryError):
        private.make_directory(str(tmp_path / "folder"))
    private.replace(str(tmp_path / "link"), b"new")
    assert (tmp_path / "victim").read_text() == "precious"
    assert (tmp_path / "link").read_bytes() == b"new"


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="No such device"):
        private.open_for_append(str(tmp_path / "pipe"))
    with pytest.raises(OSError, match="is no file"):
        private.read(str(tmp_path / "pipe"), 100)


def test_a_directory_that_is_too_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o777)
    private.make_directory(str(tmp_path / "open"))
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o700


def test_nothing_can_be_written_anywhere(project: Project) -> None:
    """Without capturing, pytest itself needs no file: it ended in an INTERNALERROR of ours."""
    unshare = shutil.which("unshare")
    probe = [str(unshare), "--mount", "true"]
    if unshare is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no namespaces are allowed here")
    project.write({"test_it.py": TEST})
    # As they are, and nobody may write there; the project is below one of them, or is one more.
    folders = [*SHARED, str(project.path)]
    closed = "; ".join(
        f"mount --bind {each} {each}; mount -o remount,bind,ro {each}" for each in folders
    )
    script = f"{closed}; cd {project.path}; exec {sys.executable} -m pytest -s -p no:cacheprovider"
    done = subprocess.run(
        [unshare, "--mount", "sh", "-c", script],
        cwd=project.path,
        env=project.environ() | {"HOME": f"{project.path}/home", "TMPDIR": SHARED[-1]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 result uploaded" in ours(done.stdout)[0]
    assert "there is no place for the events but memory" in done.stdout
