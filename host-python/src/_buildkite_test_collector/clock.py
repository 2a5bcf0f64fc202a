"""Time and place that no test can change.

Tests stub `time.monotonic`, and libraries like freezegun and time-machine replace the clocks of a
whole process. What is held here was taken when the plugin was loaded, as an attribute of a class,
which none of them looks into.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable


def _directory() -> str:
    try:
        return os.getcwd()
    except OSError:
        # Somebody has removed it.
        return os.sep


#: The directory that this process was started in. A conftest may leave it.
START_DIRECTORY = _directory()


class Clock:
    """Nanoseconds since the epoch that never run backwards, alike in all processes of a run.

    A monotonic clock, tied to the wall clock once: two processes, also on two machines, agree as
    well as their wall clocks did when they started.
    """

    #: The monotonic clock, in nanoseconds from some point of its own.
    monotonic: Callable[[], int] = staticmethod(time.perf_counter_ns)

    #: What to add to `monotonic` for nanoseconds since the epoch.
    epoch: int = time.time_ns() - time.perf_counter_ns()

    #: What to add to `time.monotonic()`, in nanoseconds, for nanoseconds since the epoch. The two
    #: clocks are one on Linux and macOS; on Windows they are not.
    user_epoch: int = time.time_ns() - time.monotonic_ns()

    #: The clock that users' instants count on, in seconds.
    user_seconds: Callable[[], float] = staticmethod(time.monotonic)

    @classmethod
    def now(cls) -> int:
        """Return nanoseconds since the epoch."""
        return cls.monotonic() + cls.epoch
