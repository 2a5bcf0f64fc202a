"""Writes to pipes, terminals and other devices, whose reader may be slow, or leave."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable


@runtime_checkable
class Content(Protocol):
    """A file of bytes: what of it is used, and also a spooled one has."""

    def read(self, size: int = -1, /) -> bytes:
        """Return what comes next."""

    def write(self, data: bytes, /) -> int:
        """Add something."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go somewhere, and return where that is."""

    def tell(self) -> int:
        """Return where it stands."""

    def close(self) -> None:
        """Let go of it."""


#: How much is written at once, in bytes: a pipe that takes anything takes as much without blocking.
BLOCK = getattr(select, "PIPE_BUF", 512)

#: How often it is looked whether the deadline has been brought forward, in seconds.
POLL_INTERVAL = 0.05

NO_TIME_LEFT = "the time for it is over"

# Held from the moment of loading: tests replace functions of `os`, `select` and `time`.
_write, _sleep, _poll = os.write, time.sleep, getattr(select, "poll", None)
_mask, _pending = getattr(signal, "pthread_sigmask", None), getattr(signal, "sigpending", None)
_wait_for_signal = getattr(signal, "sigwait", None)


def pour(content: Content, descriptor: int, left: Callable[[], float]) -> None:
    """Write a content, from where it is read next, to a stream, for as long as there is time.

    Raises:
        OSError: whoever reads it has left, or does not read on.
    """
    with _no_broken_pipe_signal():
        while block := content.read(BLOCK):
            while block:
                _wait_for_room(descriptor, left)
                with contextlib.suppress(BlockingIOError):
                    block = block[_write(descriptor, block) :]


def _wait_for_room(descriptor: int, left: Callable[[], float]) -> None:
    if _poll is None:
        return
    poll = _poll()
    poll.register(descriptor, select.POLLOUT)
    while not poll.poll(1000 * min(POLL_INTERVAL, left())):
        if not left():
            raise TimeoutError(f"nobody reads on from this pipe, and {NO_TIME_LEFT}")


@contextlib.contextmanager
def _no_broken_pipe_signal() -> Iterator[None]:
    """Keep SIGPIPE from ending the process: a test may have taken back that it is ignored."""
    if _mask is None or _pending is None or _wait_for_signal is None:
        yield
        return
    before = _mask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        yield
    finally:
        if signal.SIGPIPE not in before:
            if signal.SIGPIPE in _pending():
                _wait_for_signal({signal.SIGPIPE})
            _mask(signal.SIG_SETMASK, before)
