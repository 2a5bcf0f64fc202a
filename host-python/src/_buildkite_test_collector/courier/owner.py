"""The process that owns the run, as the courier sees it: whether it lives, and how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import sys
import time
from typing import Any, NamedTuple

from .. import process

#: Linux's question to a pidfd how its process ended, answered since 6.15 and also once somebody has
#: waited for it: `PIDFD_GET_INFO` with `PIDFD_INFO_EXIT`, and the size of `struct pidfd_info`.
GET_INFO, INFO_EXIT, INFO_SIZE = 0xC040FF0B, 1 << 3, 64


class End(NamedTuple):
    """How a process ended, as far as it is known."""

    #: The signal that ended it; 0 for none or an unknown one.
    signal: int = 0
    #: The status that it exited with, if it did and that is known.
    status: int | None = None
    #: Whether it goes on as another program.
    is_replaced: bool = False

    @property
    def reason(self) -> str:
        """Why a test that ran then has failed, as a sentence."""
        how = "ended"
        if self.is_replaced:
            how = "became another program"
        elif self.signal:
            how = f"was ended by {_signal_name(self.signal)}"
        elif self.status is not None:
            how = f"ended with exit status {self.status}"
        return f"The process {how} while this test ran."


class Owner:
    """A process to watch; a forked child of it that lives on is no obstacle."""

    def __init__(self, pid: int, birth: str, stack: str, descriptor: int | None = None) -> None:
        """Watch a process by its id, when it was born, and its descriptor, where there is one."""
        self._pid = pid
        self._birth = birth
        self._stack = stack
        #: A descriptor that can be read when the process has ended, where the system has such.
        self.descriptor = descriptor
        if descriptor is not None and process.birth(pid) not in ("", birth):
            # Another process had got the same id before it was opened.
            os.close(descriptor)
            self.descriptor = None
        #: What tells of it on systems without /proc.
        self._events = ProcessEvents.watch(pid)

    def is_alive(self) -> bool:
        """Return whether it lives, as the same program; one that was stopped does."""
        if self._events is not None:
            return not (self._events.has_ended() or self._events.is_replaced)
        return process.is_alive(self._pid, self._birth) and not self._is_replaced()

    def end(self) -> End:
        """Return how it ended."""
        if self._events is not None:
            return End(is_replaced=self._events.is_replaced)
        if process.is_alive(self._pid, self._birth) and self._is_replaced():
            return End(is_replaced=True)
        waited = self._wait_status()
        if waited is None:
            return End()
        if os.WIFSIGNALED(waited):
            return End(signal=os.WTERMSIG(waited))
        return End(status=os.WEXITSTATUS(waited))

    def _is_replaced(self) -> bool:
        stack = process.stack(self._pid)
        # Where the system hides it, it says 0.
        return bool(self._stack) and stack not in ("", "0", self._stack)

    def _wait_status(self) -> int | None:
        """Return how it ended as `os.wait` gives it, whether or not somebody has waited for it."""
        for _ in range(10):
            if process.birth(self._pid) == self._birth != "":
                waited = process.wait_status(self._pid)
            else:
                waited = self._ask_descriptor()
            if waited is not None:
                return waited
            # It is just being waited for.
            time.sleep(0.005)
        return None

    def _ask_descriptor(self) -> int | None:
        if self.descriptor is None or sys.platform != "linux":
            return None
        import fcntl

        answer = bytearray(INFO_SIZE)
        struct.pack_into("Q", answer, 0, INFO_EXIT)
        try:
            fcntl.ioctl(self.descriptor, GET_INFO, answer)
        except OSError:
            return None
        (mask,) = struct.unpack_from("Q", answer, 0)
        (waited,) = struct.unpack_from("i", answer, INFO_SIZE - 4)
        return int(waited) if mask & INFO_EXIT else None


class ProcessEvents:
    """The end of a process as a kqueue tells it: macOS and the BSDs have that, and no /proc.

    There, a signal to a process says nothing: a zombie takes it as well.
    https://man.freebsd.org/cgi/man.cgi?query=kqueue
    """

    def __init__(self, queue: Any, *, has_ended: bool) -> None:
        self._queue = queue
        self._has_ended = has_ended
        #: Whether it goes on as another program.
        self.is_replaced = False

    @classmethod
    def watch(cls, pid: int) -> ProcessEvents | None:
        """Watch a process; nothing where the system knows no such thing."""
        make: Any = getattr(select, "kqueue", None)
        if make is None:
            return None
        of: Any = select
        queue = make()
        event = of.kevent(pid, of.KQ_FILTER_PROC, of.KQ_EV_ADD, of.KQ_NOTE_EXIT | of.KQ_NOTE_EXEC)
        try:
            queue.control([event], 0, 0)
        except OSError:
            # There is no such process any more.
            return cls(queue, has_ended=True)
        return cls(queue, has_ended=False)

    def has_ended(self) -> bool:
        """Return whether it has, without waiting for it."""
        of: Any = select
        for event in self._queue.control(None, 2, 0):
            self._has_ended |= bool(event.fflags & of.KQ_NOTE_EXIT)
            self.is_replaced |= bool(event.fflags & of.KQ_NOTE_EXEC)
        return self._has_ended


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
