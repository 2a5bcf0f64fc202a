"""How the test process waits at its end for what the courier has to tell.

The courier holds a lock for as long as it lives. Where that is free, the test process takes it and
delivers by itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from typing import Any

from .. import private, process
from ..deadline import now
from ..delivery.report import DeliveryReport
from ..journal.lock import FileLock
from ..journal.run_directory import RunDirectory
from .status import DELIVERING, FINISHED, TAKEN_OVER, read_status, write_status

#: How often the status is looked at, in seconds.
POLL_INTERVAL = 0.005

#: How long the courier gets to stop, in seconds.
STOP_TIMEOUT = 3.0

#: How long a courier gets to say that it is there, whose files somebody has removed, in seconds.
RETELL_TIMEOUT = 1.0

#: Is told how many results were sent, how many wait, and how many tries the last upload took.
Progress = Callable[[int, int, int], None]

# Held from the moment of loading: tests replace functions of `os` and `time`.
_sleep, _stat, _kill, _write, _close = time.sleep, os.stat, os.kill, os.write, os.close


class CourierWait:
    """The end of a run that a courier delivers, as the test process sees it."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._lock = FileLock(directory.record)
        self._status: dict[str, Any] = {}
        self._version: tuple[int, int] = (0, 0)
        #: Since when there is no lock to look at.
        self._blind_since = 0.0

    @property
    def has_begun(self) -> bool:
        """Whether the courier has ever said anything."""
        return bool(self._number("pid"))

    def report(self, seconds: float, progress: Progress) -> DeliveryReport | None:
        """Return what became of the results; none where this process is to deliver them.

        Args:
            seconds: How long to wait for it.
            progress: Is told how far it is.
        """
        self._wake()
        until = now() + seconds
        while True:
            if self._has_changed():
                state = self._status.get("state")
                if state == DELIVERING:
                    progress(*(self._number(name) for name in ("sent", "waiting", "tries")))
                elif state == FINISHED:
                    report = DeliveryReport.of_json(self._status.get("report"))
                    if report is not None:
                        return report
            elif self._take_lock():
                # It may have finished in between.
                if not self._has_changed():
                    self._take_over()
                    return None
            elif now() >= until:
                return self._give_up()
            else:
                _sleep(POLL_INTERVAL)

    def stop(self) -> bool:
        """Have the courier stop, and take over; return whether that worked."""
        self._has_changed()
        until = now() + STOP_TIMEOUT
        while not self._take_lock():
            if now() > until:
                return False
            self._signal(signal.SIGTERM)
            _sleep(POLL_INTERVAL)
        self._take_over()
        return True

    def leave(self) -> str:
        """Leave the courier alone with the rest; return what becomes of that, in a sentence."""
        self._has_changed()
        with contextlib.suppress(OSError):
            _close(private.open_new(self._directory.unattended))
        self._wake()
        who = f"process {self._number('pid')}" if self._number("pid") else "another process"
        return f"{who} goes on for a minute at most and sends what it can"

    def _give_up(self) -> DeliveryReport:
        """End a courier that does not answer; what it has not sent is in the journal."""
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        report = DeliveryReport()
        report.failed("the process that delivers the results does not answer")
        return report

    def _has_changed(self) -> bool:
        """Read the status, if it is another than before."""
        try:
            status = _stat(self._directory.status)
        except OSError:
            return False
        version = (status.st_mtime_ns, status.st_ino)
        if version == self._version:
            return False
        self._version = version
        self._status = read_status(self._directory.status)
        return bool(self._status)

    def _take_lock(self) -> bool:
        try:
            return self._lock.acquire()
        except OSError:
            # Without the file nobody can say whether the courier holds it: it tells of itself anew.
            self._blind_since = self._blind_since or now()
            is_late = now() > self._blind_since + RETELL_TIMEOUT
            return is_late and not self._is_courier_alive()

    def _take_over(self) -> None:
        """Have a courier that comes late go away again."""
        with contextlib.suppress(OSError):
            write_status(self._directory.status, TAKEN_OVER)
        self._wake()

    def _is_courier_alive(self) -> bool:
        birth = self._status.get("birth")
        return isinstance(birth, str) and process.is_alive(self._number("pid"), birth)

    def _signal(self, number: int) -> None:
        if self._is_courier_alive():
            with contextlib.suppress(OSError):
                _kill(self._number("pid"), number)

    def _number(self, name: str) -> int:
        value = self._status.get(name)
        return value if isinstance(value, int) and 0 <= value < 1 << 53 else 0

    def _wake(self) -> None:
        """Tell the courier to look at the journal now."""
        with contextlib.suppress(OSError):
            descriptor = private.open_for_append(self._directory.wake)
            try:
                _write(descriptor, b"!")
            finally:
                _close(descriptor)
