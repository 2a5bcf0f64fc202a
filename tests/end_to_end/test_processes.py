"""What the courier asks the system: how many processors there are, and how processes live and end.

Without pytest in between: these are facts of the system, told in files and by descriptors.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from _buildkite_test_collector import process
from _buildkite_test_collector.courier import processors
from _buildkite_test_collector.courier.owner import Owner, ProcessEvents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="it is told by Linux")

#: Which control groups there are, in version 1 or 2, and how many of 8 processors may be used.
GROUPS: dict[str, tuple[str, dict[str, str], int]] = {
    "none": ("", {}, 8),
    "version 2 without a limit": ("0::/\n", {"cpu.max": "max 100000\n"}, 8),
    "version 2, in a container": ("0::/\n", {"cpu.max": "200000 100000\n"}, 2),
    "version 2, seen from outside": (
        "0::/docker/0123456789abcdef\n",
        {"cpu.max": "300000 100000\n"},
        3,
    ),
    "version 2, a parent has less": (
        "0::/a/b/c\n",
        {
            "a/b/c/cpu.max": "max 100000\n",
            "a/b/cpu.max": "400000 100000\n",
            "a/cpu.max": "600000 100000\n",
        },
        4,
    ),
    "version 2, less than one": ("0::/a\n", {"a/cpu.max": "50000 100000\n"}, 1),
    "version 2, one and a half": ("0::/a\n", {"a/cpu.max": "150000 100000\n"}, 1),
    "version 2, more than there are": ("0::/a\n", {"a/cpu.max": "6400000 100000\n"}, 8),
    "version 1 without a limit": (
        "4:cpu,cpuacct:/a\n",
        {"cpu/a/cpu.cfs_quota_us": "-1\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
        8,
    ),
    "version 1": (
        "11:memory:/m\n4:cpu,cpuacct:/a/b\n1:name=systemd:/x:y\n",
        {"cpu/a/cpu.cfs_quota_us": "250000\n", "cpu/a/cpu.cfs_period_us": "100000\n"},
        2,
    ),
    "version 1, in a container": (
        "4:cpuacct,cpu:/docker/0123\n0::/\n",
        {"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"},
        1,
    ),
    "nonsense": (
        "0::/a\nnonsense\n:::\n",
        {"a/cpu.max": "nonsense", "cpu.max": "", "cpu/cpu.cfs_quota_us": "7"},
        8,
    ),
    "no period": ("0::/a\n", {"a/cpu.max": "200000 0\n"}, 8),
}


@pytest.mark.parametrize("groups", GROUPS)
def test_processors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: str) -> None:
    membership, files, expected = GROUPS[groups]
    (tmp_path / "membership").write_text(membership)
    for name, content in files.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.setattr(processors, "CGROUPS", str(tmp_path / "groups"))
    monkeypatch.setattr(processors, "MEMBERSHIP", str(tmp_path / "membership"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert processors.usable_processors() == expected


def test_processors_by_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors, "MEMBERSHIP", str(tmp_path / "none"))
    monkeypatch.setattr(processors, "CGROUPS", str(tmp_path / "none"))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5}, raising=False)
    assert processors.usable_processors() == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors.usable_processors() == 1


@contextlib.contextmanager
def python(source: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that says when it is ready."""
    program = f"import os, signal, sys, time\n{source}"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield child
    finally:
        child.kill()
        child.communicate()


#: Says that it is ready, and waits for a signal that it has held back.
BLOCK = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
READY = "print('ready', flush=True)\n"
WAIT = "signal.sigwait([signal.SIGUSR1])"


def wait_for_zombie(pid: int) -> None:
    until = time.monotonic() + 60
    while process.status(pid)[0] != "Z":
        assert time.monotonic() < until
        time.sleep(0.005)


@needs_linux
def test_a_process_that_lives() -> None:
    # A program's name may be anything.
    rename = "open('/proc/self/comm', 'w').write('a) Z 7 (b')\n"
    with python(f"{rename}{READY}time.sleep(60)\n") as child:
        birth = process.birth(child.pid)
        assert birth.isdigit()
        assert process.parent(child.pid) == os.getpid()
        assert process.is_alive(child.pid, birth)
        assert process.is_alive(child.pid, "")
        assert not process.is_alive(child.pid, "1")
        assert process.wait_status(child.pid) is None
        child.send_signal(signal.SIGSTOP)
        until = time.monotonic() + 60
        while process.status(child.pid)[0] != "T":
            assert time.monotonic() < until
        assert process.is_alive(child.pid, birth)
    assert not process.is_alive(child.pid, birth)


#: How a process ends, and what is said of it.
ENDS = {
    "os._exit(7)": "The process ended with exit status 7 while this test ran.",
    "sys.exit(0)": "The process ended with exit status 0 while this test ran.",
    "os.kill(os.getpid(), signal.SIGKILL)": (
        "The process was ended by SIGKILL while this test ran."
    ),
    "os.abort()": "The process was ended by SIGABRT while this test ran.",
    "os.kill(os.getpid(), signal.SIGRTMIN + 3)": "The process was ended by signal",
}


@needs_linux
@pytest.mark.parametrize("end", ENDS)
def test_the_owner_ends(end: str) -> None:
    with python(f"{BLOCK}{READY}{WAIT}\n{end}\n") as it:
        opened = os.pidfd_open(it.pid)
        owner = Owner(it.pid, process.birth(it.pid), process.stack(it.pid), opened)
        assert owner.is_alive()
        it.send_signal(signal.SIGUSR1)
        wait_for_zombie(it.pid)
        # A zombie takes signals, and is dead.
        it.send_signal(0)
        assert not owner.is_alive()
        assert owner.end().reason.startswith(ENDS[end].partition(" while")[0])


@needs_linux
def test_the_owner_becomes_another_program() -> None:
    """It keeps its id and its birth."""
    with python(f"{BLOCK}{READY}{WAIT}\nos.execv('/bin/sleep', ['sleep', '60'])\n") as child:
        birth = process.birth(child.pid)
        opened = os.pidfd_open(child.pid)
        owner = Owner(child.pid, birth, process.stack(child.pid), opened)
        child.send_signal(signal.SIGUSR1)
        until = time.monotonic() + 60
        while owner.is_alive():
            assert time.monotonic() < until
            time.sleep(0.005)
        assert process.is_alive(child.pid, birth)
        assert owner.end().reason == "The process became another program while this test ran."


class FakeQueue:
    """A kqueue that tells of what a test wants."""

    def __init__(self) -> None:
        self.flags = 0

    def control(self, changes: list[Any] | None, count: int, timeout: float) -> list[Any]:
        """Take a change, or tell of what has happened."""
        assert timeout == 0
        if changes is not None:
            assert count == 0
            return []
        flags, self.flags = self.flags, 0
        return [SimpleNamespace(fflags=flags)] if flags else []


def test_the_owner_as_a_kqueue_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, where this cannot be run for real."""
    queue = FakeQueue()
    names = {"KQ_FILTER_PROC": -5, "KQ_EV_ADD": 1, "KQ_NOTE_EXIT": 1 << 31, "KQ_NOTE_EXEC": 1 << 29}
    monkeypatch.setattr(select, "kqueue", lambda: queue, raising=False)
    monkeypatch.setattr(select, "kevent", lambda *given: given, raising=False)
    for name, value in names.items():
        monkeypatch.setattr(select, name, value, raising=False)

    owner = Owner(os.getpid(), "", "")
    assert owner.is_alive()
    queue.flags = names["KQ_NOTE_EXEC"]
    assert not owner.is_alive()
    assert not owner.is_alive()
    assert owner.end().reason == "The process became another program while this test ran."

    owner = Owner(os.getpid(), "", "")
    queue.flags = names["KQ_NOTE_EXIT"]
    assert not owner.is_alive()
    assert owner.end().reason == "The process ended while this test ran."

    def refuse(*_: object) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(queue, "control", refuse)
    events = ProcessEvents.watch(1)
    assert events is not None
    monkeypatch.setattr(queue, "control", lambda *_: [])
    assert events.has_ended()
