"""SIGTERM and SIGINT in a pool: the test that runs is finished, and no other one begins."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from ..recording import forks

#: What the host is told of each.
REASONS = {signal.SIGTERM: "signal_term", signal.SIGINT: "signal_int"}


# Held from the moment of loading: tests replace functions of `os`.
_getpid = os.getpid


class Stopped(BaseException):
    """A signal came while nothing of the user's ran."""


class StopSignals:
    """Listens for the signals that end a pool."""

    def __init__(self) -> None:
        #: Why to stop, in the host's words; empty as long as there is no reason.
        self.reason = ""
        self._is_interruptible = False
        self._owner = _getpid()
        self._former: dict[int, Any] = {}

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Listen within the block, if this is a process's main thread."""
        if threading.current_thread() is threading.main_thread():
            self._former = {number: signal.signal(number, self._on_signal) for number in REASONS}
            forks.guard(self._on_signal)
        try:
            yield
        finally:
            forks.unguard(self._on_signal)
            for number, former in self._former.items():
                signal.signal(number, former if former is not None else signal.SIG_DFL)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Raise `Stopped` within the block as soon as a signal comes, or where one has come."""
        try:
            self._is_interruptible = True
            if self.reason:
                raise Stopped
            yield
        finally:
            self._is_interruptible = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        if _getpid() != self._owner:
            # A child of a test's has no pool to stop.
            signal.signal(number, self._former.get(number, signal.SIG_DFL))
            os.kill(_getpid(), number)
            return
        is_first = not self.reason
        self.reason = self.reason or REASONS[signal.Signals(number)]
        if self._is_interruptible:
            self._is_interruptible = False
            raise Stopped
        if not is_first and number == signal.SIGINT:
            # For the second time: somebody has no patience with the test.
            raise KeyboardInterrupt
