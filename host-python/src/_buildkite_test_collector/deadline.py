"""The one deadline that all outputs share."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from .clock import Clock


class Deadline:
    """A moment by which everything must be delivered; it may be brought forward at any time."""

    def __init__(
        self, seconds: float | None, latest: Callable[[float], float] = lambda until: until
    ) -> None:
        """End in some seconds; in none, when `start` says it.

        Args:
            seconds: From now on.
            latest: Takes the moment and returns an earlier one, where somebody is in a hurry.
        """
        self._latest = latest
        self._until = inf
        if seconds is not None:
            self.start(seconds)

    @property
    def is_running(self) -> bool:
        """Whether there is an end."""
        return self._until < inf

    def start(self, seconds: float) -> None:
        """End in some seconds, or sooner if that was said before."""
        self._until = min(self._until, now() + seconds)

    def until(self) -> float:
        """Return the moment, in seconds on the clock of `now`."""
        return self._latest(self._until)

    def left(self) -> float:
        """Return how many seconds there are left; zero where there are none."""
        return max(0.0, self.until() - now())


def now() -> float:
    """Return seconds on a clock that only goes forward."""
    return Clock.monotonic() / 1e9
