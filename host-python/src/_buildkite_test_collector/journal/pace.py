"""How often a slow disk is written to.

On a disk that takes 15 ms for a write, two writes a test would make a suite of fast tests many
times as long. Where several writes in a row were slow, lines gather in memory for a while that is
bounded, and short beside what it saves.
"""

from __future__ import annotations

from collections.abc import Callable

from ..clock import Clock

#: From how many nanoseconds on a write is slow. A usual one takes 20,000.
SLOW = 2_000_000

#: After how many slow writes in a row lines gather: one may be an accident.
PATIENCE = 5

#: How many times as long as a write lines gather, so that writing takes a twentieth of the time.
FACTOR = 20

#: How long they gather at most, in nanoseconds. That much of a run SIGKILL may cost.
LONGEST = 1_000_000_000


class Pace:
    """Whether it is time to write."""

    # Held because tests replace clocks.
    now: Callable[[], int] = staticmethod(Clock.monotonic)

    def __init__(self) -> None:
        #: Until when lines gather, on `now`; 0 where the disk is not slow.
        self.until = 0
        #: How long the slowest write took after which lines gathered, in nanoseconds.
        self.slowest = 0
        self._slow_writes = 0

    def wrote(self, nanoseconds: int) -> None:
        """Note how long a write took."""
        if nanoseconds < SLOW:
            self._slow_writes = self.until = 0
            return
        self._slow_writes += 1
        if self._slow_writes >= PATIENCE:
            self.slowest = max(self.slowest, nanoseconds)
            self.until = self.now() + min(FACTOR * nanoseconds, LONGEST)

    def is_early(self) -> bool:
        """Return whether lines are to gather for some more time."""
        return self.now() < self.until
