"""Reports to events, in the one process that owns the run."""

from __future__ import annotations

import json
import os
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import pytest

from .clock import Clock
from .evidence import take
from .failure import failures, reason_only
from .identity import identity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .evidence import Evidence
    from .journal import Journal

#: The tag by which bktec knows an execution as an error of pytest's collection.
COLLECTION_ERROR_TAG = "test.pytest_collection_error"

#: How much is gathered before it goes to the journal where nobody waits for it, in characters.
BUFFER = 64 * 1024

#: pytest's phases, in the order in which an attempt goes through them.
_PHASES = {"setup": 0, "call": 1, "teardown": 2}


class Execution:
    """A test that has started and not finished."""

    __slots__ = ("last", "number", "phase", "sections", "tags")

    def __init__(self, number: int, last: int) -> None:
        #: Its number in the run.
        self.number = number
        #: The last time known of it.
        self.last = last
        #: The last phase that was reported; before the first, none.
        self.phase = -1
        #: How many captured outputs were sent.
        self.sections = 0
        #: The tags that were sent.
        self.tags: list[list[Any]] | None = None


class Recorder:
    """Turns the reports of a run into the events of its journal.

    An execution begins with pytest's `logstart`, which does not say where the test runs; the first
    report of a process that has none open for that test adopts it. It ends with its teardown, with
    a crash, or when the same test in the same process goes through a phase again, which makes it
    another attempt, by whatever plugin.
    """

    # Held because tests patch `json`.
    _quoted = staticmethod(encode_basestring)
    _json = staticmethod(json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode)

    def __init__(
        self, journal: Journal, evidence: Evidence, config: pytest.Config, *, is_careful: bool
    ) -> None:
        """Record into a journal, which has each test's events on disk at once if `is_careful`.

        `evidence` is that of this process's own tests.
        """
        self._here = evidence
        self._journal = journal
        self._is_careful = is_careful
        self._root = config.rootpath
        self._cwd = os.getcwd()
        self._files: dict[str, str] = {}
        self._origin = Clock.now()
        self._last_number = 0
        self._lines: list[str] = []
        self._size = 0
        self._starting: dict[str, list[Execution]] = {}
        self._open: dict[tuple[str, str], Execution] = {}
        self._uncollected: set[str] = set()
        #: What went wrong in here, to be said once.
        self.errors: list[str] = []

    def begin(self, run_started: str) -> None:
        """Write the run's first event."""
        self._add(run_started + "\n")
        self._flush()

    def finish(self, status: int) -> None:
        """Write the run's last events."""
        time = Clock.now() - self._origin
        self._add(f'{{"event":"run-finished","time":{time},"status":{status}}}\n')
        self._flush()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """A test begins, in this process or another."""
        try:
            execution = self._start(nodeid, location, Clock.now() - self._origin)
            self._starting.setdefault(nodeid, []).append(execution)
            if self._is_careful:
                self._flush()
        except Exception as error:
            self._failed(error)

    # After every other plugin: some change a report on its way.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A phase of a test is over, in this process or another."""
        try:
            self._report(report)
        except Exception as error:
            self._failed(error)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file or a class was collected, was skipped as a whole, or could not be."""
        try:
            if not report.passed and report.nodeid and report.nodeid not in self._uncollected:
                self._uncollected.add(report.nodeid)
                self._not_collected(report)
        except Exception as error:
            self._failed(error)

    def _report(self, report: pytest.TestReport) -> None:
        start, end, tags, spans = self._evidence(report)
        node = getattr(report, "node", None)
        worker = node.gateway.id if node is not None else ""
        key = (worker, report.nodeid)
        when: str = report.when or "crash"
        phase = _PHASES.get(when, -1)
        if hasattr(report, "context"):
            # What pytest and pytest-subtests report of a subtest, in the midst of the call.
            when, phase = "subtest", -1
        elif phase < 0:
            when = "crash"
        execution = self._open.get(key)
        if execution is not None and 0 <= phase <= execution.phase:
            self._end(key, execution, execution.last)
            execution = None
        if execution is None:
            execution = self._open[key] = self._adopted(report, start)
        if phase >= 0:
            execution.phase = phase
        if start is None:
            start = execution.last
            end = max(start, Clock.now() - self._origin)
        number = execution.number
        execution.last = end
        if tags and tags != execution.tags:
            execution.tags = tags
            for tag in tags:
                self._tag(number, tag)
        for span in spans or ():
            self._span(number, span)
        outcome = report.outcome
        found = None
        if outcome != "passed":
            if outcome == "skipped":
                found = reason_only(report)
            else:
                found = failures(report, execution.sections)
                execution.sections = len(report.sections)
        extra = f',"failures":{self._json(found)}' if found else ""
        self._add(
            f'{{"event":"phase","execution":{number},"when":"{when}",'
            f'"outcome":{self._quoted(outcome)},"start":{start},"end":{end}{extra}}}\n'
        )
        if when in ("teardown", "crash"):
            self._end(key, execution, end)
            if self._is_careful:
                self._flush()

    def _evidence(self, report: pytest.TestReport) -> tuple[int | None, int, Any, Any]:
        """Return a report's evidence, with times since the run started."""
        evidence = take(report)
        if evidence is None and not hasattr(report, "node"):
            self._here.complete(report)
            evidence = take(report)
        if evidence is None:
            return None, 0, None, None
        if isinstance(evidence, str):
            self.errors.append(evidence)
            return None, 0, None, None
        start, end, tags, spans = evidence
        return start - self._origin, end - self._origin, tags, spans

    def _adopted(self, report: pytest.TestReport, start: int | None) -> Execution:
        """Return the oldest execution of this test that has started anywhere, or a new one."""
        starting = self._starting.get(report.nodeid)
        if starting:
            execution = starting.pop(0)
            if not starting:
                del self._starting[report.nodeid]
            return execution
        time = start if start is not None else Clock.now() - self._origin
        return self._start(report.nodeid, report.location, time)

    def _start(self, nodeid: str, location: tuple[str, int | None, str], time: int) -> Execution:
        self._last_number = number = self._last_number + 1
        scope, name = identity(nodeid)
        path, line, _ = location
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = self._quoted(_seen_from(self._cwd, self._root, path))
        at = f',"line":{line + 1}' if line is not None else ""
        self._add(
            f'{{"event":"test-started","execution":{number},"scope":{self._quoted(scope)},'
            f'"name":{self._quoted(name)},"file":{file}{at},"time":{time}}}\n'
        )
        return Execution(number, time)

    def _end(self, key: tuple[str, str], execution: Execution, time: int) -> None:
        del self._open[key]
        self._add(f'{{"event":"test-finished","execution":{execution.number},"time":{time}}}\n')

    def _not_collected(self, report: pytest.CollectReport) -> None:
        time = Clock.now() - self._origin
        path = report.nodeid.split("::")[0]
        number = self._start(report.nodeid, (path, None, path), time).number
        found = failures(report) if report.failed else reason_only(report)
        if report.failed:
            self._tag(number, [COLLECTION_ERROR_TAG, "true"])
        self._add(
            f'{{"event":"phase","execution":{number},"when":"collect",'
            f'"outcome":{self._quoted(report.outcome)},"end":{time},'
            f'"failures":{self._json(found)}}}\n'
            f'{{"event":"test-finished","execution":{number},"time":{time}}}\n'
        )

    def _tag(self, number: int, tag: Iterable[Any]) -> None:
        event = {"event": "tag", "execution": number, **dict(zip(("key", "value"), tag))}
        self._add(self._json(event) + "\n")

    def _span(self, number: int, span: Iterable[Any]) -> None:
        section, start, end, duration, detail, identifier, parent = span
        event = {"event": "span", "execution": number, "section": section, "id": identifier}
        times = {"start": start, "end": end}
        event |= {key: t - self._origin for key, t in times.items() if t is not None}
        optional = {"duration": duration, "detail": detail, "parent": parent}
        event |= {key: value for key, value in optional.items() if value is not None}
        self._add(self._json(event) + "\n")

    def _add(self, lines: str) -> None:
        self._lines.append(lines)
        self._size += len(lines)
        if self._size >= BUFFER:
            self._flush()

    def _flush(self) -> None:
        lines = "".join(self._lines)
        self._lines.clear()
        self._size = 0
        self._journal.append(lines)

    def _failed(self, error: Exception) -> None:
        self.errors.append(repr(error))


def _seen_from(cwd: str, root: Path, path: str) -> str:
    """Return a path that pytest gives from its root as one from the directory it was started in."""
    absolute = os.path.join(root, path)
    try:
        return os.path.relpath(absolute, cwd)
    except ValueError:
        # On Windows there is no way from one drive to another.
        return absolute
