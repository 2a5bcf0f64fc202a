"""What hooks ask and tell: which test a call is of, whether it is part of another, and how long.

    call = recorder.begin(HTTP)
    try:
        return original(...)
    finally:
        if call is not None:
            recorder.end(call, (method, url, "library"))

Nothing of ours reaches the caller: no error, and no difference in what is returned or raised.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ...clock import Clock
from ...recording.evidence import Evidence
from .calls import CallBuffer

HTTP, SQL, SLEEP = "http", "sql", "sleep"

#: What a call was, as texts: method, URL and library, or statement, dialect and library. Nothing is
#: known of an empty one; what is no text is left out.
Detail = tuple[Any, ...]

#: In which calls one of a section is none of its own: sleeping between two tries is a part of them.
HIDDEN_BY = {HTTP: (HTTP,), SQL: (SQL,), SLEEP: (HTTP, SQL, SLEEP)}


class OpenCall:
    """A call that is under way."""

    __slots__ = ("buffer", "is_open", "key", "outer", "section", "start")

    def __init__(
        self, section: str, buffer: CallBuffer, outer: OpenCall | None, start: int
    ) -> None:
        self.section = section
        #: Where it goes when it is over: to the test in which it began.
        self.buffer = buffer
        #: The call that it is in; it may be over before.
        self.outer = outer
        self.start = start
        self.is_open = True
        #: By what the event that ends it knows it, where begin and end are two events.
        self.key: object = None


#: The innermost call that is under way in this task or thread. A task that was started in it goes
#: on with it in its context, and finds that it is over.
_innermost: ContextVar[OpenCall | None] = ContextVar("buildkite_test_collector_call", default=None)


class CallRecorder:
    """Records calls for the test that is running when they begin."""

    # What happens twice a call is written without calls where that is possible.

    def __init__(self, evidence: Evidence, minimum: int) -> None:
        """Record for the tests that `evidence` knows.

        Args:
            evidence: Knows the test of this thread.
            minimum: From how many nanoseconds on a call is a span of its own.
        """
        self._evidence: Evidence | None = evidence
        self._minimum = minimum
        # Held since tests replace clocks.
        self._now = Clock.monotonic

    def begin(self, section: str) -> OpenCall | None:
        """Begin a call; none where it is part of another, or belongs to no test."""
        try:
            evidence = self._evidence
            if evidence is None:
                return None
            buffer = evidence.local_test().calls
            if buffer is None or buffer.is_over:
                return None
            outer = _innermost.get()
            if outer is not None:
                outer = _open_one(outer)
                around = outer
                while around is not None:
                    if around.section in HIDDEN_BY[section]:
                        return None
                    around = _open_one(around.outer)
            call = OpenCall(section, buffer, outer, self._now())
            _innermost.set(call)
        except Exception:
            return None
        return call

    def end(self, call: OpenCall, detail: Detail) -> None:
        """End a call, and say what it was."""
        try:
            end = self._now()
            call.is_open = False
            if _innermost.get() is call:
                _innermost.set(call.outer)
            buffer = call.buffer
            if not buffer.is_over:
                buffer.add((call.start, end, call.section, detail), self._minimum)
        except Exception:  # noqa: S110 - what tests have left broken may raise anything
            pass

    def cancel(self, call: OpenCall) -> None:
        """Forget a call that turns out to be none."""
        call.is_open = False
        if _innermost.get() is call:
            _innermost.set(call.outer)

    def under_way(self, section: str, key: object) -> OpenCall | None:
        """Return the call of this task or thread that has a key, if it is under way."""
        call = _innermost.get()
        while call is not None:
            if call.key is key and call.section == section and call.is_open:
                return call
            call = call.outer
        return None

    def close(self) -> None:
        """Record nothing more: hooks that cannot be taken away do nothing from now on."""
        self._evidence = None


def _open_one(call: OpenCall | None) -> OpenCall | None:
    """Return the innermost call that is not over."""
    while call is not None and not call.is_open:
        call = call.outer
    return call
