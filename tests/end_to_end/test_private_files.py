"""Files of ours that others could reach: what another user prepares, and what cannot be written."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _buildkite_test_collector import private

from .namespace import OWN_TMP, in_namespace
from .project import NOWHERE, TOKEN, ours

if TYPE_CHECKING:
    from .project import Project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it is about POSIX's permissions")

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act for another user"
)

#: Another user: "nobody".
OTHER = 65534

#: What another user has prepared in the directory for temporary files, where ours would be.
PREPARED = {
    "links named by process ids": """
        mkdir -p $OURS/running
        for pid in $(seq 400); do ln -s $VICTIM/file $OURS/running/$pid; done
    """,
    "pipes named by process ids": """
        mkdir -p $OURS/running
        for pid in $(seq 400); do mkfifo $OURS/running/$pid; done
    """,
    "links in a directory that anybody may write to": """
        mkdir -p $OURS/running
        chmod 777 $OURS $OURS/running
        for pid in $(seq 400); do ln -s $VICTIM/file $OURS/running/$pid; done
    """,
    "a link to a directory of ours": "ln -s $VICTIM $OURS",
    "a link inside to a directory of ours": "mkdir $OURS; ln -s $VICTIM/running $OURS/running",
    "a pipe": "mkfifo $OURS",
    "a file": "echo kept > $OURS",
    "a link to nowhere": "ln -s /nowhere $OURS",
    "an empty directory": "mkdir $OURS",
}


def listed(folder: Path) -> dict[str, tuple[str, int]]:
    """Return what is in a folder: each file's content and permissions."""
    return {
        str(path.relative_to(folder)): (
            path.read_text() if path.is_file() else "",
            path.lstat().st_mode,
        )
        for path in sorted(folder.rglob("*"))
    }


@needs_root
@pytest.mark.parametrize("is_home_writable", [True, False], ids=["home", "no home"])
@pytest.mark.parametrize("prepared", PREPARED)
def test_what_another_user_prepares(
    project: Project, prepared: str, is_home_writable: bool
) -> None:
    """Root's pytest overwrote the file that a link led to, and hung at a pipe."""
    victim = project.path / "victim"
    project.write({f"victim/running/{pid}": "kept" for pid in range(400)})
    project.write({"victim/file": "kept", "test_it.py": "def test_it(): pass\n"})
    before = listed(victim)
    if not is_home_writable:
        project.environment["XDG_STATE_HOME"] = "/proc/nowhere"
    script = f"""
        {OWN_TMP}
        OURS=/tmp/buildkite-test-collector-{os.getuid()}
        VICTIM={victim}
        {PREPARED[prepared]}
        chown -hR {OTHER}:{OTHER} $OURS
    """
    options = ("--mount", "--pid", "--fork", "--mount-proc")
    command = in_namespace([sys.executable, "-m", "pytest"], script, *options)
    done = project.execute(command)

    assert done.returncode == 0, done.stdout + done.stderr
    said = ours(done.stdout)
    assert "1 result uploaded" in said[0]
    assert len(said) == (1 if is_home_writable else 2)
    assert listed(victim) == before


@needs_root
@pytest.mark.parametrize("options", [[], ["--json=results.json"]], ids=["plain", "json"])
def test_nothing_can_be_written_anywhere(project: Project, options: list[str]) -> None:
    """With `-s`, that was an INTERNALERROR: pytest itself needs no file then."""
    project.write({"test_it.py": "def test_it(): pass\n"})
    script = f"""
        {OWN_TMP}
        awk '$2 ~ /^\\/(tmp|var|usr|mnt|dev\\/shm|$)/ {{print $2}}' /proc/mounts | sort -ru |
        while read each; do mount -o remount,bind,ro "$each" || true; done
        for each in / /tmp /var/tmp {project.path}; do
            if touch $each/x 2>/dev/null; then exit 1; fi
        done
    """
    arguments = [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", *options]
    command = in_namespace(arguments, script, "--mount", "--pid", "--fork", "--mount-proc")
    done = project.execute(command)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr
    assert "1 result uploaded" in ours(done.stdout)[0]
    assert [result["name"] for result in project.engine.executions] == ["test_it"]


#: A run that writes down who may reach what there is of it, with nothing masked.
OPEN_HANDED = """
    import os, pathlib, time
    os.umask(0)

    def test_before(): pass

    def test_looks():
        state = pathlib.Path.home() / ".local/state/buildkite-test-collector"
        marks = pathlib.Path(f"/tmp/buildkite-test-collector-{os.getuid()}")
        if os.environ.get("BUILDKITE_ANALYTICS_COURIER") != "false":
            until = time.monotonic() + 60
            while not list(state.rglob("courier.json")):
                assert time.monotonic() < until
                time.sleep(0.02)
        found = [state, *state.rglob("*"), marks / "running", marks / "running" / str(os.getpid())]
        pathlib.Path("modes.txt").write_text(
            "\\n".join(f"{each.lstat().st_mode:o} {each}" for each in found if each.exists())
        )
"""


def test_nobody_else_may_reach_what_there_is(project: Project) -> None:
    run = project.test(OPEN_HANDED, watched=False)
    assert run.status == 0, run.stdout
    lines = (project.path / "modes.txt").read_text().splitlines()
    modes = {path: int(mode, 8) for mode, path in (line.split(" ", 1) for line in lines)}

    assert {"run.json", "events.ndjson"} <= {Path(path).name for path in modes}
    for path, mode in modes.items():
        assert not mode & 0o077, path
        assert not stat.S_ISLNK(mode), path


def test_no_file_holds_the_token(project: Project) -> None:
    """Neither in the run nor after it: where it is killed, most is left."""
    project.environment["BUILDKITE_ANALYTICS_API_URL"] = NOWHERE
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "1"
    with project.slow("--buildkite-debug-enabled") as process:
        found = [path for path in project.path.rglob("*") if path.is_file()]
        assert "run.json" in {path.name for path in found}
        for path in found:
            assert TOKEN.encode() not in path.read_bytes(), path
        process.kill()
        process.wait()
    project.wait_for_couriers()
    for path in project.path.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


def test_a_directory_is_nobody_elses(tmp_path: Path) -> None:
    made = Path(private.make_directory(str(tmp_path / "a" / "b")))
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.chmod(0o777)
    private.make_directory(str(made))
    assert stat.S_IMODE(made.stat().st_mode) == 0o700

    (tmp_path / "link").symlink_to(made)
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(NotADirectoryError):
            private.make_directory(str(tmp_path / name))
        assert not private.is_own_directory(str(tmp_path / name))
    assert private.is_own_directory(str(made))


@needs_root
def test_a_directory_of_another_user(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, OTHER, OTHER)
    with pytest.raises(PermissionError):
        private.make_directory(str(theirs))
    assert not private.is_own_directory(str(theirs))
    (theirs / "file").write_text("hostile")
    os.chown(theirs / "file", OTHER, OTHER)
    with pytest.raises(PermissionError):
        private.read(str(theirs / "file"), 100)


def test_no_link_is_followed_and_no_pipe_waited_for(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target", str(tmp_path / "link"), str(tmp_path / "pipe")
    target.write_text("kept")
    os.symlink(target, link)
    os.mkfifo(pipe)
    for path in (link, pipe):
        for opened in (private.open_new, private.open_for_append):
            with pytest.raises(OSError, match=r"\[Errno"):
                opened(path)
        with pytest.raises(OSError, match=r"\[Errno|no file"):
            private.read(path, 10)
        # What is replaced is the link, and not what it leads to.
        private.replace(path, b"new")
        assert private.read(path, 10) == b"new"
    assert target.read_text() == "kept"
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe", "target"]
