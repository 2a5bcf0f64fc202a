"""Which attempt at a test a report belongs to."""

from __future__ import annotations

from typing import Any

#: pytest's phases, in the order in which an attempt goes through them.
PHASES = {"setup": 0, "call": 1, "teardown": 2}

#: The phase of an attempt that has finished.
FINISHED = len(PHASES)

#: The process that runs a test (empty for this one), and the test's node id.
Key = tuple[str, str]


class Attempt:
    """One attempt at a test, which has started and not finished: an execution."""

    __slots__ = ("key", "last_time", "number", "passed", "phase", "sections", "tags")

    def __init__(self, number: int, last_time: int) -> None:
        #: The execution's number in the run.
        self.number = number
        #: Where it runs, once a report has told.
        self.key: Key = ("", "")
        #: The last time known of it, in nanoseconds since the run started.
        self.last_time = last_time
        #: The last phase that was reported; before the first, none.
        self.phase = -1
        #: The phases that passed and are not written yet, with start and end: where it is all of
        #: them, one event says so at the end.
        self.passed: tuple[tuple[str, int, int], ...] = ()
        #: How many captured outputs were written.
        self.sections = 0
        #: The tags that were written.
        self.tags: list[list[Any]] | None = None


class Attempts:
    """The attempts that are under way, in this process and in others.

    An attempt begins with pytest's `logstart`, which does not say where the test runs; the first
    report of a process that has none open for that test adopts it. It ends with its teardown, with
    a crash, or when the same test in the same process goes through a phase again, which makes it
    another attempt, by whatever plugin.
    """

    def __init__(self) -> None:
        #: Those whose process is known.
        self.open: dict[Key, Attempt] = {}
        self._started: dict[str, list[Attempt]] = {}
        self._last_number = 0

    def next_number(self) -> int:
        """Return the number of the execution that begins now."""
        self._last_number += 1
        return self._last_number

    def open_at(self, key: Key, attempt: Attempt) -> None:
        """Say where an attempt runs."""
        attempt.key = key
        self.open[key] = attempt

    def add_started(self, nodeid: str, attempt: Attempt) -> None:
        """Keep an attempt of which nobody knows yet where it runs."""
        if nodeid in self._started:
            self._started[nodeid].append(attempt)
        else:
            self._started[nodeid] = [attempt]

    def adopt(self, nodeid: str) -> Attempt | None:
        """Return the oldest attempt at a test that has started somewhere, and forget it."""
        started = self._started.get(nodeid)
        if not started:
            return None
        attempt = started.pop(0)
        if not started:
            del self._started[nodeid]
        return attempt
