"""What `--json` may name that is no file: devices, pipes and terminals."""

from __future__ import annotations

import contextlib
import os
import select
import stat
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .project import names, ours
from .streams import MANY, couriers, everything_shown, with_own_devices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .project import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is about POSIX's files")


@pytest.fixture
def project(project: Project) -> Project:
    """A project of one test, for which nobody waits long."""
    project.write({"test_it.py": "def test_it(): pass\n"})
    project.environment["BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT"] = "20"
    return project


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
    project.write({"test_it.py": MANY})
    pipe = project.path / "pipe"
    os.mkfifo(pipe)
    with reading(pipe) as found:
        run = project.pytest("--json=pipe", watched=False)

    assert run.status == 0
    assert len(run.said) == 1, run.said
    # More than a pipe takes at once.
    assert len(found[0]) > 1 << 16
    assert names(found[0]) == [f"test_it[{n}]" for n in range(1000)]
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
    project.write({"test_it.py": MANY})
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


def test_a_terminal_becomes_nobodys(project: Project) -> None:
    """Whoever opens one without care has it as its own, and is ended with it."""
    master, slave = os.openpty()
    run = project.pytest(f"--json={os.ttyname(slave)}", watched=False)
    os.close(slave)
    shown = everything_shown(master)
    os.close(master)
    assert len(run.said) == 1, run.said
    assert names(shown) == ["test_it"]
