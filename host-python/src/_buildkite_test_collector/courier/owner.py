"""The process that owns the run, as the courier sees it: whether it lives, and how it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import sys
import time
from typing import NamedTuple

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

    def __init__(self, pid: int, birth: str, stack: str, descriptor: int | None) -> None:
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

    def is_alive(self) -> bool:
        """Return whether it lives, as the same program; one that was stopped does."""
        if not process.is_alive(self._pid, self._birth):
            return False
        return not self._is_replaced()

    def end(self) -> End:
        """Return how it ended."""
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


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
