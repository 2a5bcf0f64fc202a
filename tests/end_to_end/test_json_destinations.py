"""What `--json` may name beside a plain file: links, mounts, files of others, directories."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

from .namespace import in_namespace
from .project import names, ours

if TYPE_CHECKING:
    from .project import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is about POSIX's files")

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act for another user"
)

#: Another user: "nobody".
OTHER = 65534

OLD = "what the file held before, and that is longer than any result is " * 100


@pytest.fixture
def project(project: Project) -> Project:
    """A project of one test, for which nobody waits long."""
    project.write({"test_it.py": "def test_it(): pass\n", "out/results.json": OLD})
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "20"
    return project


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
    done = project.execute(in_namespace(command, f"mount --bind {host} {mounted}", "--mount"))

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
    return project.execute(
        [
            setpriv,
            "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown",
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *options,
        ]
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
    done = project.execute(in_namespace(command, script, "--mount"))
    assert "results.json cannot be written: [Errno 28] No space left" in done.stdout
    assert (project.path / "seen/results.json").read_text() == OLD
    assert sorted(each.name for each in (project.path / "seen").iterdir()) == [
        "filler",
        "other.json",
        "results.json",
    ]


def test_a_directory(project: Project) -> None:
    run = project.pytest("--json=out", watched=False)

    assert run.status == 0
    assert "1 result uploaded" in run.said[0]
    assert "/out cannot be written: it is a directory; name a file in it; to try" in run.said[1]
    assert (project.path / "out/results.json").read_text() == OLD
