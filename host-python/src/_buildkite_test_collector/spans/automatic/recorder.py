"""What hooks ask and tell: which test a call is of, whether it is part of another, and how long.

    call = recorder.begin(HTTP)
    try:
        return original(...)
    finally:
        recorder.end(call, ...)

Nothing of ours reaches the caller: no error, and no difference in what is returned or raised.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ...clock import Clock
from ...recording.evidence import Evidence
from .calls import CHARACTERS, CallBuffer

HTTP, SQL, SLEEP = "http", "sql", "sleep"


class OpenCall:
    """A call that is under way."""

    __slots__ = ("buffer", "is_open", "key", "outer", "section", "start")

    def __init__(self, section: str, buffer: CallBuffer, outer: OpenCall | None) -> None:
        self.section = section
        #: Where it goes when it is over: to the test in which it began.
        self.buffer = buffer
        #: The call that was under way before; it may be over by now.
        self.outer = outer
        self.is_open = True
        self.start = 0
        #: By what the event that ends it knows it, where begin and end are two events.
        self.key: object = None


#: The call that is under way in this task or thread, by section. A task that was started in it goes
#: on with it in its context, and finds that it is over.
_under_way: dict[str, ContextVar[OpenCall | None]] = {
    section: ContextVar(f"buildkite_test_collector_{section}", default=None)
    for section in (HTTP, SQL, SLEEP)
}

#: In which calls one of a section is none of its own: sleeping between two tries is a part of them.
_HIDDEN_BY = {HTTP: (HTTP,), SQL: (SQL,), SLEEP: (HTTP, SQL, SLEEP)}

_hiding = {
    section: tuple(_under_way[each] for each in others) for section, others in _HIDDEN_BY.items()
}


class CallRecorder:
    """Records calls for the test that is running when they begin."""

    def __init__(self, evidence: Evidence, minimum: int) -> None:
        """Record for the tests that `evidence` knows.

        Args:
            evidence: Knows the test of this thread.
            minimum: From how many nanoseconds on a call is a span of its own.
        """
        self._evidence: Evidence | None = evidence
        self._minimum = minimum
        # Held since tests replace clocks, and read without a look-up.
        self._now = Clock.monotonic
        self._epoch = Clock.epoch

    def begin(self, section: str) -> OpenCall | None:
        """Begin a call; none where it is part of another, or belongs to no test."""
        try:
            evidence = self._evidence
            if evidence is None:
                return None
            buffer = evidence.local_test().calls
            if buffer is None or buffer.is_over:
                return None
            for variable in _hiding[section]:
                outer = variable.get()
                if outer is not None and outer.is_open:
                    return None
            variable = _under_way[section]
            call = OpenCall(section, buffer, variable.get())
            variable.set(call)
            call.start = self._now()
        except Exception:
            return None
        return call

    def end(self, call: OpenCall, *detail: tuple[str, Any]) -> None:
        """End a call, and say what it was: pairs of a name and a text."""
        try:
            end = self._now()
            call.is_open = False
            variable = _under_way[call.section]
            if variable.get() is call:
                variable.set(call.outer)
            if call.buffer.is_over:
                return
            epoch = self._epoch
            call.buffer.add(
                (call.start + epoch, end + epoch, call.section, _bounded(detail)), self._minimum
            )
        except Exception:  # noqa: S110 - what tests have left broken may raise anything
            pass

    def under_way(self, section: str, key: object) -> OpenCall | None:
        """Return the call of this task or thread that has a key, if it is under way."""
        call = _under_way[section].get()
        return call if call is not None and call.is_open and call.key is key else None

    def close(self) -> None:
        """Record nothing more: hooks that cannot be taken away do nothing from now on."""
        self._evidence = None


def _bounded(detail: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
    """Return a detail without what is no text, and with long texts cut, which is marked."""
    # A slice of a subclass's text is a plain one, which pipes between processes take.
    kept = tuple(
        (name, str.__getitem__(value, slice(CHARACTERS)))
        for name, value in detail
        if isinstance(value, str)
    )
    is_cut = any(isinstance(value, str) and len(value) > CHARACTERS for _, value in detail)
    return (*kept, ("cut", True)) if is_cut else kept
