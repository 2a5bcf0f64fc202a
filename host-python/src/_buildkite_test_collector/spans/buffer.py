"""The spans of the test that is running, on their way to its next report."""

from __future__ import annotations

from collections import deque
from contextvars import ContextVar
from datetime import timedelta
from itertools import count
from typing import Any

from ..clock import Clock
from ..text import plain
from .data import TestSpan

#: The innermost span that is being measured in this task or thread.
_innermost: ContextVar[int | None] = ContextVar("buildkite_test_collector_span", default=None)


#: The numbers of spans: a span of one test is never taken for one of another.
_numbers = count(1)


class SpanBuffer:
    """The spans of the test that is running, until its next report takes them along.

    A span is `(section, start, end, duration, detail, number, parent)`, since pipes between
    processes take plain tuples only. Times are nanoseconds, start and end since the epoch; the
    parent is the number of the span that it happened in.

    Only single operations on built-in containers touch what threads share, each of which is
    atomic: no lock that a forked child could inherit locked.
    """

    def __init__(self) -> None:
        #: Spans that are over.
        self.recorded: deque[tuple[Any, ...]] = deque()
        #: Spans that are being measured, by number.
        self.measuring: dict[int, tuple[Any, ...]] = {}
        #: Whether its test is over.
        self.is_over = False

    def record(self, span: TestSpan) -> None:
        """Add a span that is over."""
        start, end = _nanoseconds(span.start_at), _nanoseconds(span.end_at)
        section, detail = plain_section(span.section), plain(span.detail)
        number, parent = next(_numbers), _innermost.get()
        self.recorded.append(
            (section, start, end, _duration(span.duration), detail, number, parent)
        )

    def open(self, section: str, detail: object) -> int:
        """Begin to measure a span, and return its number."""
        number, parent = next(_numbers), _innermost.get()
        section, detail = plain_section(section), plain(detail)
        self.measuring[number] = (section, Clock.now(), None, None, detail, number, parent)
        _innermost.set(number)
        return number

    def close(self, number: int) -> None:
        """End the span of that number, unless its test has ended it already."""
        self._close(number, Clock.now())

    def successor(self) -> SpanBuffer | None:
        """Return a buffer for the next test, if something was recorded behind this one's end."""
        if not (self.recorded or self.measuring):
            return None
        buffer = SpanBuffer()
        buffer.recorded, buffer.measuring = self.recorded, self.measuring
        return buffer

    def take(self, end: int, *, is_last: bool) -> list[tuple[Any, ...]]:
        """Return the spans recorded since the last time; the last time, all end."""
        if is_last:
            self.is_over = True
            for number in list(self.measuring):
                self._close(number, end)
        taken = []
        # A thread may add one at any time: it lands in this list or stays for the next.
        while self.recorded:
            taken.append(self.recorded.popleft())
        return taken

    def _close(self, number: int, end: int) -> None:
        span = self.measuring.pop(number, None)
        if span is not None:
            section, start, _, duration, detail, _, parent = span
            self.recorded.append((section, start, end, duration, detail, number, parent))
            if _innermost.get() == number:
                _innermost.set(parent)


def plain_section(section: object) -> str:
    """Return a section's name, whatever the user gave for it."""
    return section if isinstance(section, str) else str(plain(section))


def _nanoseconds(instant: object) -> int | None:
    """Return an instant of the user's as nanoseconds since the epoch."""
    seconds = getattr(instant, "seconds", None)
    if not isinstance(seconds, (int, float)) or seconds != seconds or abs(seconds) > 1e12:
        return None
    return int(seconds * 1e9) + Clock.user_epoch


def _duration(duration: object) -> int | None:
    """Return a duration of the user's as nanoseconds."""
    if not isinstance(duration, timedelta):
        return None
    return (duration.days * 86_400 + duration.seconds) * 10**9 + duration.microseconds * 1_000
