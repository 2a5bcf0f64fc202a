"""Spans: what users record inside a test, and the fixture that they record it with."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .clock import Clock
from .text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .evidence import Evidence

#: What Test Engine knows as sections. Others are sent as annotations.
Section = Literal["http", "sql", "sleep", "annotation"]


@dataclass(frozen=True, order=True)
class Instant:
    """An instant of the monotonic clock."""

    #: Seconds, as `time.monotonic()` counts them.
    seconds: float

    def __add__(self, other: timedelta) -> Instant:
        """Return the instant that is later by a time span."""
        if isinstance(other, timedelta):
            return Instant(self.seconds + other.total_seconds())
        return NotImplemented

    def __sub__(self, other: Instant) -> timedelta:
        """Return the time span since another instant."""
        if isinstance(other, Instant):
            return timedelta(seconds=self.seconds - other.seconds)
        return NotImplemented

    @classmethod
    def now(cls) -> Instant:
        """Return the current instant, also where a test has frozen the clock."""
        return cls(Clock.user_seconds())


@dataclass(frozen=True)
class TestSpan:
    """Something inside a test that took time.

    The detail of each section, all of them texts
    (https://buildkite.com/docs/test-engine/test-collection/importing-json):

    - `http`: `method`, `url` and `lib`;
    - `sql`: `query`;
    - `annotation`: `content`;
    - `sleep`: none.

    Nothing is checked here: a detail that is not as Test Engine wants it is mended later, and said
    in the summary of the run. A test never fails by its spans.
    """

    #: Not a test, whatever its name: pytest leaves it alone.
    __test__ = False

    section: Section
    duration: timedelta
    start_at: Instant | None = None
    end_at: Instant | None = None
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class TestData:
    """The test that is running."""

    __test__ = False

    scope: str
    name: str
    location: str | None
    file_name: str | None


class RecordedSpan(NamedTuple):
    """A span on its way to an event. Times are nanoseconds since the epoch."""

    section: str
    start: int | None
    end: int | None
    duration: int | None
    detail: Any
    number: int
    parent: int | None


class SpanCollector:
    """Records spans for the test that is running: what the fixture `spans` gives.

    All methods can be called from any thread and any task, and outside tests, where they do
    nothing.
    """

    def __init__(self, evidence: Evidence | None) -> None:
        self._evidence = evidence

    def record(self, span: TestSpan) -> None:
        """Add a span to the test that is running."""
        if self._evidence is not None:
            self._evidence.spans.record(span)

    @contextmanager
    def measure(self, section: Section, detail: Mapping[str, Any] | None = None) -> Iterator[None]:
        """Measure a block as a span of the test that is running.

        Spans measured inside it become its children. A block that the test leaves open is measured
        up to the test's end.
        """
        if self._evidence is None:
            yield
            return
        spans = self._evidence.spans
        number = spans.open(section, detail)
        try:
            yield
        finally:
            spans.close(number)

    def current_test(self) -> TestData | None:
        """Return the test that is running, or `None` outside tests."""
        return self._evidence.current_test() if self._evidence is not None else None


#: The innermost span that is being measured in this task or thread.
_innermost: ContextVar[int | None] = ContextVar("buildkite_test_collector_span", default=None)


class SpanBuffer:
    """The spans of the test that is running, until its next report takes them along.

    Only single operations on built-in containers touch what threads share, each of which is
    atomic: no lock that a forked child could inherit locked.
    """

    def __init__(self) -> None:
        #: Spans that are over.
        self.recorded: list[RecordedSpan] = []
        #: Spans that are being measured, by number.
        self.measuring: dict[int, RecordedSpan] = {}
        self._last_number = 0

    def record(self, span: TestSpan) -> None:
        """Add a span that is over."""
        self.recorded.append(
            RecordedSpan(
                section=plain_section(span.section),
                start=_nanoseconds(span.start_at),
                end=_nanoseconds(span.end_at),
                duration=_duration(span.duration),
                detail=plain(span.detail),
                number=self._next_number(),
                parent=_innermost.get(),
            )
        )

    def open(self, section: str, detail: object) -> int:
        """Begin to measure a span, and return its number."""
        number = self._next_number()
        self.measuring[number] = RecordedSpan(
            section=plain_section(section),
            start=Clock.now(),
            end=None,
            duration=None,
            detail=plain(detail),
            number=number,
            parent=_innermost.get(),
        )
        _innermost.set(number)
        return number

    def close(self, number: int) -> None:
        """End the span of that number, unless its test has ended it already."""
        end = Clock.now()
        span = self.measuring.pop(number, None)
        if span is not None:
            self.recorded.append(span._replace(end=end))
            if _innermost.get() == number:
                _innermost.set(span.parent)

    def close_all(self, end: int) -> None:
        """End all spans that are being measured: their test is over."""
        for number in list(self.measuring):
            span = self.measuring.pop(number, None)
            if span is not None:
                self.recorded.append(span._replace(end=end))

    def take(self) -> list[RecordedSpan]:
        """Return the spans recorded since the last time."""
        taken = []
        # A thread may add one at any time: it lands in this list or stays for the next.
        while self.recorded:
            taken.append(self.recorded.pop(0))
        return taken

    def plain(self, end: int, *, is_last: bool) -> list[tuple[Any, ...]]:
        """Take the spans as what pipes between processes take; the last time, all end."""
        if is_last:
            self.close_all(end)
        return [tuple(span) for span in self.take()]

    def __bool__(self) -> bool:
        """Whether there is anything to take or to end."""
        return bool(self.recorded or self.measuring)

    def _next_number(self) -> int:
        self._last_number += 1
        return self._last_number


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
