"""Reports to events, in the one process that owns the run."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from ..clock import START_DIRECTORY, Clock
from ..journal.writer import Journal
from .attempts import FINISHED, PHASES, Attempt, Attempts
from .event_writer import EventWriter
from .evidence import ATTRIBUTE, Evidence, take
from .failure import Failure, failures, reason_only

#: The tag by which bktec knows an execution as an error of pytest's collection.
COLLECTION_ERROR_TAG = "test.pytest_collection_error"

#: Which phase follows which.
NEXT_PHASE = {"setup": "call", "call": "teardown", "teardown": ""}


class Recorder:
    """Turns the reports of a run into the events of its journal.

    Fast path: a local test whose three phases passed, without spans and without tags, becomes one
    event when it is over; until then its reports are deferred. A report that breaks the pattern, a
    new test or the end of the run leaves the fast path: what was deferred is read then, report by
    report.
    """

    def __init__(self, journal: Journal, evidence: Evidence, config: pytest.Config) -> None:
        """Record into a journal; `evidence` is that of this process's own tests."""
        self._journal = journal
        self._local_evidence = evidence
        self._monotonic = Clock.monotonic
        #: When the run began, in nanoseconds since the epoch.
        self.origin = self._origin = Clock.now()
        #: What to add to the monotonic clock for the time since the run started.
        self._offset = Clock.epoch - self._origin
        self._events = EventWriter(journal, START_DIRECTORY, config.rootpath, self._origin)
        self._attempts = Attempts()
        #: Whether tests run in this process, and not in workers of pytest-xdist.
        self._is_local = not config.pluginmanager.hasplugin("dsession")
        #: The attempt that is under way in this process.
        self._current = Attempt(0, 0)
        self._current.phase = FINISHED
        #: On the fast path: the phase to come, what the evidence of its reports ends with, and
        #: those of its reports that came.
        self._expected_phase = ""
        self._plain_evidence: tuple[None, None, int] = (None, None, 0)
        self._deferred: list[pytest.TestReport] = []
        self._uncollected: set[str] = set()
        #: Reports that were read since the last test began: pytest keeps every report, so that
        #: their evidence is dropped.
        self._consumed: list[pytest.TestReport] = []
        #: What went wrong in here, to be said once.
        self.errors: list[str] = []

    def begin(self, run_started: str) -> None:
        """Write the run's first event."""
        self._events.run_started(run_started)

    def now(self) -> int:
        """Return nanoseconds since the run started."""
        return self._monotonic() + self._offset

    def finish(self, status: int) -> None:
        """Write the run's last events."""
        self._leave_fast_path()
        for attempt in self._attempts.open.values():
            self._write_passed_phases(attempt)
        self._events.run_finished(self.now(), status)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """A test begins, in this process or another."""
        try:
            if self._deferred:
                self._leave_fast_path()
            for report in self._consumed:
                report.__dict__.pop(ATTRIBUTE, None)
            self._consumed.clear()
            time = self._monotonic() + self._offset
            local = self._local_evidence.current
            local.mark = time + self._origin
            attempt = self._start(nodeid, location, time)
            key = ("", nodeid)
            if self._is_local and key not in self._attempts.open:
                attempt.key = key
                self._attempts.open[key] = self._current = attempt
                self._expected_phase = "setup"
                self._plain_evidence = (None, None, local.number)
            else:
                self._attempts.add_started(nodeid, attempt)
            # Should the test end the process, its name is known.
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
                when == self._expected_phase
                and report.outcome == "passed"
                and fields.get(ATTRIBUTE, "")[2:] == self._plain_evidence
                and "context" not in fields
            ):
                self._deferred.append(report)
                self._expected_phase = NEXT_PHASE[when]
                if when == "teardown":
                    self._finish_on_fast_path()
                return
            self._leave_fast_path()
            self._read(report)
        except Exception as error:
            self._failed(error)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_report_to_serializable(self) -> Generator[None, Any, None]:
        """A report goes into another plugin's file, which our attribute is not for."""
        outcome = yield
        data = outcome.get_result()
        if isinstance(data, dict):
            data.pop(ATTRIBUTE, None)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file or a class was collected, was skipped as a whole, or could not be."""
        try:
            if not report.passed and report.nodeid and report.nodeid not in self._uncollected:
                self._uncollected.add(report.nodeid)
                self._not_collected(report)
        except Exception as error:
            self._failed(error)

    def _finish_on_fast_path(self) -> None:
        """End a test to which nothing happened: all its reports were deferred."""
        reports = self._deferred
        start, called = reports[0].__dict__[ATTRIBUTE][:2]
        returned, end = reports[2].__dict__[ATTRIBUTE][:2]
        passed = (start - self._origin, called - start, end - returned)
        self._finish(self._current, end - self._origin, passed)
        # Not before: where a signal ends the run meanwhile, its end reads them.
        self._consumed += reports
        self._deferred = []
        # The next test's start is to come before anything of a test's runs.
        self._journal.flush(is_more=True)

    def _leave_fast_path(self) -> None:
        """Read the reports that were deferred: something has happened to their test."""
        self._expected_phase = ""
        # A signal that came after the last event was written finds nothing to do.
        if self._current.phase == FINISHED:
            self._deferred.clear()
        while self._deferred:
            report = self._deferred.pop(0)
            try:
                self._read(report)
            except Exception as error:
                self._failed(error)

    def _read(self, report: pytest.TestReport) -> None:
        """Write what a report says."""
        self._consumed.append(report)
        start, end, tags, spans = self._evidence(report)
        node = getattr(report, "node", None)
        key = (node.gateway.id if node is not None else "", report.nodeid)
        when: str = report.when or "crash"
        phase = PHASES.get(when, -1)
        if hasattr(report, "context"):
            # What pytest and pytest-subtests report of a subtest, in the midst of the call.
            when, phase = "subtest", -1
        elif phase < 0:
            when = "crash"
        attempt = self._attempt_of(report, key, phase, start)
        if self._is_local:
            self._current = attempt
        if phase >= 0:
            attempt.phase = phase
        if start is None:
            start = attempt.last_time
            end = max(start, self.now())
        number = attempt.number
        attempt.last_time = end
        if tags != attempt.tags and tags:
            attempt.tags = tags
            for tag in tags:
                self._events.tag(number, tag)
        if spans:
            self._events.spans(number, spans)
        if phase >= 0 and report.outcome == "passed":
            attempt.passed += ((when, start, end),)
        else:
            self._write_passed_phases(attempt)
            found = self._failures_of(attempt, report)
            self._events.phase(number, when, report.outcome, start, end, found)
        if when in ("teardown", "crash"):
            self._end(attempt, end)
            self._journal.flush()

    def _evidence(self, report: pytest.TestReport) -> tuple[int | None, int, Any, Any]:
        """Return a report's evidence, with times since the run started."""
        evidence = take(report)
        if evidence is None and not hasattr(report, "node"):
            self._local_evidence.complete(report)
            evidence = take(report)
        if evidence is None:
            return None, 0, None, None
        if isinstance(evidence, str):
            self.errors.append(evidence)
            return None, 0, None, None
        start, end, tags, spans, _ = evidence
        return start - self._origin, end - self._origin, tags, spans

    def _attempt_of(
        self, report: pytest.TestReport, key: tuple[str, str], phase: int, start: int | None
    ) -> Attempt:
        """Return the attempt that a report is about, which may begin with it."""
        attempts = self._attempts
        attempt = attempts.open.get(key)
        if attempt is not None and 0 <= phase <= attempt.phase:
            self._end(attempt, attempt.last_time)
            attempt = None
        if attempt is None:
            attempt = attempts.adopt(report.nodeid)
            if attempt is None:
                time = start if start is not None else self.now()
                attempt = self._start(report.nodeid, report.location, time)
            attempts.open_at(key, attempt)
        return attempt

    def _start(self, nodeid: str, location: tuple[str, int | None, str], time: int) -> Attempt:
        number = self._attempts.next_number()
        self._events.test_started(number, nodeid, location, time)
        return Attempt(number, time)

    def _failures_of(self, attempt: Attempt, report: pytest.TestReport) -> list[Failure]:
        """Return why a report says that it has not passed."""
        if report.outcome == "passed":
            return []
        if report.outcome == "skipped":
            return reason_only(report)
        found = failures(report, attempt.sections)
        attempt.sections = len(report.sections)
        return found

    def _write_passed_phases(self, attempt: Attempt) -> None:
        """Write the phases that passed, each as an event of its own."""
        for when, start, end in attempt.passed:
            self._events.phase(attempt.number, when, "passed", start, end, [])
        attempt.passed = ()

    def _end(self, attempt: Attempt, time: int) -> None:
        passed = None
        if len(attempt.passed) == len(PHASES):
            (_, start, called), _, (_, returned, end) = attempt.passed
            passed = (start, called - start, end - returned)
        else:
            self._write_passed_phases(attempt)
        self._finish(attempt, time, passed)

    def _finish(self, attempt: Attempt, time: int, passed: tuple[int, int, int] | None) -> None:
        """Write that an attempt is over."""
        worker = attempt.key[0]
        line = self._events.finished_line(attempt.number, time, passed, worker)
        # No call from here on: a signal comes in where something is called.
        self._journal.waiting += line
        attempt.phase = FINISHED
        del self._attempts.open[attempt.key]

    def _not_collected(self, report: pytest.CollectReport) -> None:
        time = self.now()
        path = report.nodeid.split("::")[0]
        number = self._start(report.nodeid, (path, None, path), time).number
        found = failures(report) if report.failed else reason_only(report)
        if report.failed:
            self._events.tag(number, [COLLECTION_ERROR_TAG, "true"])
        self._events.phase(number, "collect", report.outcome, time, time, found)
        self._journal.waiting += self._events.finished_line(number, time)

    def _failed(self, error: Exception) -> None:
        self.errors.append(repr(error))
