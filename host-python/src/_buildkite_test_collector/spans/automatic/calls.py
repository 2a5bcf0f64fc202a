"""The calls of a test that were recorded by themselves, on their way to its next report."""

from __future__ import annotations

import threading
from collections import deque
from heapq import heappush, heapreplace
from itertools import count
from typing import Any

from ...clock import Clock

#: How many calls of a test become spans of their own: the longest.
LONGEST = 200

#: How many different texts are summed; what is beyond is summed by section alone.
TEXTS = 500

#: How many calls are gathered before they are folded.
RECENT = 1_000

#: How many characters of a text are kept.
CHARACTERS = 4_096

#: What the parts of a call's detail are, by section.
NAMES = {"http": ("method", "url", "lib"), "sql": ("query", "dialect", "lib"), "sleep": ()}

#: A call: when it began and ended in nanoseconds of our monotonic clock, its section, and its
#: detail: texts, as `NAMES` has them.
Call = tuple[int, int, str, tuple[Any, ...]]

_order = count()


class CallBuffer:
    """The calls of a test, bounded: the longest by themselves, all others in sums.

    `add` may come from any thread, and is one operation that is atomic. Folding is for one thread
    at a time; whoever comes meanwhile goes on, so that a forked child never waits for a lock that
    it inherited.
    """

    __slots__ = ("_folding", "_longest", "_recent", "_sums", "is_over")

    def __init__(self) -> None:
        self._recent: deque[Call] = deque()
        self._longest: list[tuple[int, int, Call]] = []
        #: By section and detail: how many, how long, when the first began and the last ended.
        self._sums: dict[tuple[str, Any], list[int]] = {}
        self._folding = threading.Lock()
        #: Whether its test is over.
        self.is_over = False

    def add(self, call: Call, minimum: int) -> None:
        """Add a call that is over; shorter ones than the minimum, in nanoseconds, are summed."""
        self._recent.append(call)
        if len(self._recent) >= RECENT and self._folding.acquire(blocking=False):
            try:
                self._fold(minimum)
            finally:
                self._folding.release()

    def take(self, minimum: int, *, is_last: bool) -> list[tuple[Any, ...]]:
        """Return what was added since the last time, as spans that reports carry.

        They are `(section, start, end, duration, detail, None, count)`: no number tells them from
        those that users record.
        """
        if is_last:
            self.is_over = True
        if not self._folding.acquire(timeout=1.0):
            # In a child that was forked while another thread held it.
            self._folding = threading.Lock()
            self._folding.acquire()
        try:
            self._fold(minimum)
            longest, self._longest = self._longest, []
            sums, self._sums = self._sums, {}
        finally:
            self._folding.release()
        epoch = Clock.epoch
        spans: list[tuple[Any, ...]] = [
            (section, start + epoch, end + epoch, None, _detail(section, detail), None, 1)
            for _, _, (start, end, section, detail) in sorted(longest, key=lambda each: each[2][0])
        ]
        spans += [
            (section, first + epoch, last + epoch, total, _detail(section, detail), None, number)
            for (section, detail), (number, total, first, last) in sums.items()
        ]
        return spans

    def _fold(self, minimum: int) -> None:
        recent, longest = self._recent, self._longest
        while recent:
            call = recent.popleft()
            for text in call[3]:
                if type(text) is not str or len(text) > CHARACTERS + 1:
                    call = (*call[:3], _bounded(call[3]))
                    break
            duration = call[1] - call[0]
            if duration < minimum:
                self._sum(call)
            elif len(longest) < LONGEST:
                heappush(longest, (duration, next(_order), call))
            elif duration > longest[0][0]:
                self._sum(heapreplace(longest, (duration, next(_order), call))[2])
            else:
                self._sum(call)

    def _sum(self, call: Call) -> None:
        start, end, section, detail = call
        key = (section, detail)
        entry = self._sums.get(key)
        if entry is None:
            if len(self._sums) >= TEXTS:
                key = (section, ())
                entry = self._sums.get(key)
            if entry is None:
                self._sums[key] = [1, end - start, start, end]
                return
        entry[0] += 1
        entry[1] += end - start
        entry[2] = min(entry[2], start)
        entry[3] = max(entry[3], end)


def _bounded(detail: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a detail whose texts are plain ones and not too long; what is no text is none.

    A text that is cut keeps one character more than it may have, by which that is seen later.
    """
    return tuple(
        # A slice of a subclass's text is a plain one, which pipes between processes take.
        str.__getitem__(text, slice(CHARACTERS + 1)) if isinstance(text, str) else None
        for text in detail
    )


def _detail(section: str, detail: tuple[Any, ...]) -> dict[str, Any]:
    """Return a detail as events have it; it says whether a text was cut."""
    named = {name: text for name, text in zip(NAMES[section], detail) if text is not None}
    if any(len(text) > CHARACTERS for text in named.values()):
        return {**{name: text[:CHARACTERS] for name, text in named.items()}, "cut": True}
    return named
