"""What users record inside a test: spans, and the instants that they begin and end at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from ..clock import Clock

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
