"""Reports to events, in the one process that owns the run."""

from __future__ import annotations

import os
from json.encoder import encode_basestring
from math import inf
from typing import TYPE_CHECKING, Any, Callable

import pytest

from .clock import Clock
from .evidence import ATTRIBUTE, take
from .failure import failures, reason_only
from .identity import identity
from .text import encoded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .evidence import Evidence
    from .failure import Failure
    from .journal import Journal

#: The tag by which bktec knows an execution as an error of pytest's collection.
COLLECTION_ERROR_TAG = "test.pytest_collection_error"

#: How much is gathered before it goes to the journal where nobody waits for it, in characters; each
#: event copies it.
BUFFER = 8 * 1024

#: pytest's phases, in the order in which an attempt goes through them.
PHASES = {"setup": 0, "call": 1, "teardown": 2}

#: Which phase follows which.
NEXT = {"setup": "call", "call": "teardown", "teardown": ""}

#: The phase of an execution that has finished.
OVER = len(PHASES)

_quoted = encode_basestring


class Execution:
    """A test that has started and not finished."""

    __slots__ = ("key", "last", "number", "passed", "phase", "sections", "tags")

    def __init__(self, number: int, last: int) -> None:
        #: Its number in the run.
        self.number = number
        #: The process that runs it, and its node id, once a report has told.
        self.key = ("", "")
        #: The last time known of it.
        self.last = last
        #: The last phase that was reported; before the first, none.
        self.phase = -1
        #: The phases that passed, and when: where it is all of them, one event says so in the end.
        self.passed: tuple[tuple[str, int, int], ...] = ()
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
        self._scopes: dict[str, str] = {}
        self._monotonic = Clock.monotonic
        self._origin = Clock.now()
        #: What to add to the monotonic clock for the time since the run started.
        self._offset = Clock.epoch - self._origin
        self._last_number = 0
        self._starting: dict[str, list[Execution]] = {}
        self._open: dict[tuple[str, str], Execution] = {}
        #: Whether tests run in this process, and not in workers of pytest-xdist.
        self._is_local = not config.pluginmanager.hasplugin("dsession")
        #: The execution of the test that is under way in this process.
        self._current = Execution(0, 0)
        self._current.phase = OVER
        #: Where nothing has happened to that test: the phase to come, and what the evidence of its
        #: reports ends with; and those of its reports that were put off for as long as that is so.
        self._next = ""
        self._plain: tuple[None, None, int] = (None, None, 0)
        self._put_off: list[pytest.TestReport] = []
        self._uncollected: set[str] = set()
        #: The reports since the last test began that were read: pytest keeps every report, which
        #: then need not keep its evidence any longer.
        self._told: list[pytest.TestReport] = []
        #: From when on a test's end is told to `on_due`, in nanoseconds since the run started.
        self.due: float = inf
        self.on_due: Callable[[], None] = lambda: None
        #: What went wrong in here, to be said once.
        self.errors: list[str] = []

    def begin(self, run_started: str) -> None:
        """Write the run's first event."""
        self._journal.append(run_started + "\n")

    def now(self) -> int:
        """Return nanoseconds since the run started."""
        return self._monotonic() + self._offset

    def finish(self, status: int) -> None:
        """Write the run's last events."""
        self._read_put_off()
        for execution in self._open.values():
            self._spell_out(execution)
        time = self.now()
        self._journal.append(f'{{"event":"run-finished","time":{time},"status":{status}}}\n')

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """A test begins, in this process or another."""
        try:
            if self._put_off:
                self._read_put_off()
            for report in self._told:
                report.__dict__.pop(ATTRIBUTE, None)
            self._told.clear()
            time = self._monotonic() + self._offset
            self._here.mark = time + self._origin
            execution = self._start(nodeid, location, time)
            key = ("", nodeid)
            if self._is_local and key not in self._open:
                execution.key = key
                self._open[key] = self._current = execution
                self._next = "setup"
                self._plain = (None, None, self._here.test)
            elif nodeid in self._starting:
                self._starting[nodeid].append(execution)
            else:
                self._starting[nodeid] = [execution]
            if self._is_careful:
                self._journal.flush()
        except Exception as error:
            self._failed(error)

    # After every other plugin: some change a report on its way.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A phase of a test is over, in this process or another."""
        try:
            when = report.when
            fields = report.__dict__
            if (
                when == self._next
                and report.outcome == "passed"
                and fields.get(ATTRIBUTE, "")[2:] == self._plain
                and "context" not in fields
            ):
                # A report like most. There is nothing to say of it until the test is over, and
                # then little.
                self._put_off.append(report)
                self._next = NEXT[when]
                if when == "teardown":
                    self._passed()
                return
            self._read_put_off()
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

    def _passed(self) -> None:
        """End a test to which nothing happened: its reports were all put off."""
        reports = self._put_off
        start = reports[0].__dict__[ATTRIBUTE][0] - self._origin
        end = reports[2].__dict__[ATTRIBUTE][1] - self._origin
        self._over(self._current, end, f',"outcome":"passed","start":{start}')
        # Not before: where a signal ends the run meanwhile, its end reads them.
        self._told += reports
        self._put_off = []
        if self._is_careful or len(self._journal.waiting) > BUFFER:
            # The next test's start is to come, unless it is gathered, too.
            self._journal.flush(is_more=self._is_careful)

    def _read_put_off(self) -> None:
        """Read the reports that were put off: something has happened to their test."""
        self._next = ""
        if self._current.phase == OVER:
            self._put_off.clear()
        while self._put_off:
            self._read(self._put_off.pop(0))

    def _read(self, report: pytest.TestReport) -> None:
        try:
            self._report(report)
        except Exception as error:
            self._failed(error)

    def _report(self, report: pytest.TestReport) -> None:
        self._told.append(report)
        start, end, tags, spans = self._evidence(report)
        node = getattr(report, "node", None)
        worker = node.gateway.id if node is not None else ""
        nodeid = report.nodeid
        key = (worker, nodeid)
        when: str = report.when or "crash"
        phase = PHASES.get(when, -1)
        if hasattr(report, "context"):
            # What pytest and pytest-subtests report of a subtest, in the midst of the call.
            when, phase = "subtest", -1
        elif phase < 0:
            when = "crash"
        execution = self._open.get(key)
        if execution is not None and 0 <= phase <= execution.phase:
            self._end(execution, execution.last)
            execution = None
        if execution is None:
            execution = self._open[key] = self._adopted(nodeid, report.location, start)
            execution.key = key
        if self._is_local:
            self._current = execution
        if phase >= 0:
            execution.phase = phase
        if start is None:
            start = execution.last
            end = max(start, self.now())
        number = execution.number
        execution.last = end
        if tags != execution.tags and tags:
            execution.tags = tags
            for tag in tags:
                self._tag(number, tag)
        for span in spans or ():
            self._span(number, span)
        if phase >= 0 and report.outcome == "passed":
            execution.passed += ((when, start, end),)
        else:
            self._spell_out(execution)
            self._phase(number, when, report.outcome, start, end, self._found(execution, report))
        if when in ("teardown", "crash"):
            self._end(execution, end)
            if self._is_careful:
                self._journal.flush()

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
        start, end, tags, spans, _ = evidence
        return start - self._origin, end - self._origin, tags, spans

    def _adopted(
        self, nodeid: str, location: tuple[str, int | None, str], start: int | None
    ) -> Execution:
        """Return the oldest execution of this test that has started anywhere, or a new one."""
        starting = self._starting.get(nodeid)
        if starting:
            execution = starting.pop(0)
            if not starting:
                del self._starting[nodeid]
            return execution
        time = start if start is not None else self.now()
        return self._start(nodeid, location, time)

    def _start(self, nodeid: str, location: tuple[str, int | None, str], time: int) -> Execution:
        self._last_number = number = self._last_number + 1
        if "[" in nodeid:
            scope, name = identity(nodeid)
        else:
            scope, _, name = nodeid.rpartition("::")
        path, line, _ = location
        if path not in self._files:
            self._files[path] = _quoted(_seen_from(self._cwd, self._root, path))
        if scope not in self._scopes:
            self._scopes[scope] = _quoted(scope)
        at = f',"line":{line + 1}' if line is not None else ""
        self._journal.waiting += (
            f'{{"event":"test-started","execution":{number},"scope":{self._scopes[scope]},'
            f'"name":{_quoted(name)},"file":{self._files[path]}{at},"time":{time}}}\n'
        )
        return Execution(number, time)

    def _found(self, execution: Execution, report: pytest.TestReport) -> list[Failure]:
        """Return why a report says that it has not passed."""
        if report.outcome == "passed":
            return []
        if report.outcome == "skipped":
            return reason_only(report)
        found = failures(report, execution.sections)
        execution.sections = len(report.sections)
        return found

    def _phase(
        self, number: int, when: str, outcome: str, start: int, end: int, found: list[Failure]
    ) -> None:
        extra = f',"failures":{encoded(found)}' if found else ""
        self._add(
            f'{{"event":"phase","execution":{number},"when":"{when}",'
            f'"outcome":{_quoted(outcome)},"start":{start},"end":{end}{extra}}}\n'
        )

    def _spell_out(self, execution: Execution) -> None:
        """Write the phases that passed, each as an event of its own."""
        for when, start, end in execution.passed:
            self._phase(execution.number, when, "passed", start, end, [])
        execution.passed = ()

    def _end(self, execution: Execution, time: int) -> None:
        whole = ""
        if len(execution.passed) == len(PHASES):
            whole = f',"outcome":"passed","start":{execution.passed[0][1]}'
        else:
            self._spell_out(execution)
        self._over(execution, time, whole)

    def _over(self, execution: Execution, time: int, whole: str) -> None:
        """Write that a test is over, and what there is to say of the whole of it."""
        # Without a call between: signals come in where something is called.
        self._journal.waiting += (
            f'{{"event":"test-finished","execution":{execution.number},"time":{time}{whole}}}\n'
        )
        del self._open[execution.key]
        execution.phase = OVER
        # The clock of a machine far away may be wrong.
        if (time if self._is_local else self.now()) > self.due:
            self.on_due()

    def _not_collected(self, report: pytest.CollectReport) -> None:
        time = self.now()
        path = report.nodeid.split("::")[0]
        number = self._start(report.nodeid, (path, None, path), time).number
        found = failures(report) if report.failed else reason_only(report)
        if report.failed:
            self._tag(number, [COLLECTION_ERROR_TAG, "true"])
        self._phase(number, "collect", report.outcome, time, time, found)
        self._add(f'{{"event":"test-finished","execution":{number},"time":{time}}}\n')

    def _tag(self, number: int, tag: Iterable[Any]) -> None:
        event = {"event": "tag", "execution": number, **dict(zip(("key", "value"), tag))}
        self._add(encoded(event) + "\n")

    def _span(self, number: int, span: Iterable[Any]) -> None:
        section, start, end, duration, detail, identifier, parent = span
        event = {"event": "span", "execution": number, "section": section, "id": identifier}
        times = {"start": start, "end": end}
        event |= {key: t - self._origin for key, t in times.items() if t is not None}
        optional = {"duration": duration, "detail": detail, "parent": parent}
        event |= {key: value for key, value in optional.items() if value is not None}
        self._add(encoded(event) + "\n")

    def _add(self, lines: str) -> None:
        self._journal.waiting += lines
        if len(self._journal.waiting) > BUFFER:
            self._journal.flush()

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
