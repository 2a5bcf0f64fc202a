"""SIGTERM: a CI system's word that the run must end now, and that SIGKILL follows."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

import pytest

from ..clock import Clock
from . import forks

#: Within how many seconds the run must have ended: CI systems wait for ten.
SECONDS = 8.0

#: How long uploads may take however late the tests ended, in seconds.
LEAST = 1.5

#: What a shell says of a process that SIGTERM has ended.
EXIT_STATUS = 143

#: How far apart two signals are that are not one signal sent twice, in seconds.
APART = 2.0


class Terminated(KeyboardInterrupt):
    """Ends the run as Ctrl-C does: whoever guards against errors, as we do, lets it pass.

    pytest's own `Exit` is an `Exception`. Under pytest-xdist nothing would end a run for which it
    was caught, since the controller does not look at `shouldstop` while it waits for workers.
    """


class Termination:
    """Ends the run in order on SIGTERM, where nobody else has a handler for it."""

    def __init__(self, session: pytest.Session, deliver: Callable[[int], None]) -> None:
        """End a session; `deliver` is called with its exit status, before anybody else ends."""
        self._session = session
        self._deliver = deliver
        self._owner = os.getpid()
        self._came: float | None = None
        #: When the tests were over.
        self._over: float | None = None

    # First, since others wait for their workers for as long as a CI system waits for us.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """The run is over."""
        if self._came is not None:
            self._deliver(EXIT_STATUS)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Nothing comes after this."""
        if self._came is not None:
            self._session.exitstatus = EXIT_STATUS
        self.disarm()

    def arm(self) -> None:
        """Begin to listen, in the main thread of a process whose handler is the default."""
        if threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._on_signal)
            forks.guard(self._on_signal)

    def disarm(self) -> None:
        """Listen no more."""
        if signal.getsignal(signal.SIGTERM) == self._on_signal:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        forks.unguard(self._on_signal)

    def tests_are_over(self) -> None:
        """Raise no more: what is left is ours, and looks at `latest`."""
        self._over = Clock.monotonic() / 1e9

    def latest(self, deadline: float) -> float:
        """Return until when uploads may take, in seconds on the monotonic clock."""
        if self._came is None:
            return deadline
        return min(deadline, max(self._came + SECONDS, (self._over or 0.0) + LEAST))

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        now = Clock.monotonic() / 1e9
        if os.getpid() != self._owner or (self._came is not None and now > self._came + APART):
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif self._came is None:
            self._came = now
            # Should a test swallow the exception, the run ends after it.
            self._session.shouldstop = "SIGTERM"
            if self._over is None:
                raise Terminated("SIGTERM")
