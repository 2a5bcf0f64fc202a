"""What the process that runs a test saw of it, attached to the test's reports.

The attachment is plain data, so that pytest-xdist and pytest-forked carry it to the process that
owns the run as they carry the report itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy
import pytest

from ..clock import Clock
from .identity import identity
from .tags import read_tags

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..spans.buffer import SpanBuffer
    from ..spans.data import TestData

#: The attribute of a report that holds its evidence.
ATTRIBUTE = "_buildkite_evidence"

#: Whether pluggy knows wrappers that are cheap, as it does since 1.2.
HAS_WRAPPERS = hasattr(pluggy, "Result")


class Evidence:
    """Watches the tests that run in this process, in every process that runs tests.

    A report's evidence is `(start, end, tags, spans, test)`: nanoseconds since the epoch, the
    test's tags, and the spans recorded since its last report, both of them `None` where there are
    none, and which test of this process it belongs to. Where we failed, it is the error's text
    instead.

    What happens three times a test is written without calls where that is possible: a call costs
    as much as all else in a line.
    """

    def __init__(self) -> None:
        #: Spans on their way to a report; most runs never record one.
        self._spans: SpanBuffer | None = None
        #: The test that is under way, as a number of this process.
        self.test = 0
        self._monotonic = Clock.monotonic
        self._epoch = Clock.epoch
        #: When the phase to come began, in nanoseconds since the epoch.
        self.mark = Clock.now()
        self._item: pytest.Item | None = None
        self._tags: list[list[Any]] | None = None
        #: What holds the test, and the markers of that and of what holds it in turn.
        self._parent: pytest.Collector | None = None
        self._inherited: list[list[pytest.Mark]] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """A test is about to run here, or in a child of this process."""
        self.test += 1
        self._item = item

    if HAS_WRAPPERS:

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(
            self, item: pytest.Item, call: pytest.CallInfo[None]
        ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
            """A phase of a test is over: its report takes along what happened in it."""
            report = yield
            when = call.when
            try:
                end = self._monotonic() + self._epoch
                # Markers may be added while a test runs; most are there when it begins.
                if when != "call":
                    if item.parent is not self._parent:
                        self._parent = item.parent
                        self._inherited = [node.own_markers for node in item.listchain()[:-1]]
                    # Most tests have no markers at all.
                    is_marked = item.own_markers or any(self._inherited)
                    self._tags = read_tags(item) or None if is_marked else None
                buffer = self._spans
                spans = None
                if buffer is not None and (buffer.recorded or buffer.measuring):
                    spans = buffer.take(end, is_last=when == "teardown")
                report.__dict__[ATTRIBUTE] = (self.mark, end, self._tags, spans, self.test)
                self.mark = end
            except Exception as error:
                setattr(report, ATTRIBUTE, repr(error))
            return report

    else:
        # pytest 7 may come with a pluggy that knows no other.
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(  # type: ignore[misc]
            self, item: pytest.Item, call: pytest.CallInfo[None]
        ) -> Generator[None, Any, None]:
            """A phase of a test is over: its report takes along what happened in it."""
            outcome = yield
            self._attach(outcome.get_result(), item, is_last=call.when == "teardown")

    def complete(self, report: pytest.TestReport) -> None:
        """Give a report its evidence that was made without the hook: that of a crashed child."""
        if self._item is not None and report.nodeid == self._item.nodeid:
            self._attach(report, self._item, is_last=True)

    def _attach(self, report: pytest.TestReport, item: pytest.Item, *, is_last: bool) -> None:
        evidence: Any
        try:
            end = self._monotonic() + self._epoch
            spans = None
            if self._spans is not None:
                spans = self._spans.take(end, is_last=is_last) or None
            evidence = (self.mark, end, read_tags(item) or None, spans, self.test)
            self.mark = end
        except Exception as error:
            evidence = repr(error)
        setattr(report, ATTRIBUTE, evidence)

    def spans(self) -> SpanBuffer:
        """Return what takes spans for the test that is running."""
        if self._spans is None:
            from ..spans.buffer import SpanBuffer

            self._spans = SpanBuffer()
        return self._spans

    def current_test(self) -> TestData | None:
        """Return the test that is running in this process."""
        from ..spans.data import TestData

        if self._item is None:
            return None
        path, line, _ = self._item.location
        scope, name = identity(self._item.nodeid, path)
        location = path if line is None else f"{path}:{line + 1}"
        return TestData(scope=scope, name=name, location=location, file_name=path)


class WorkerEvidence(Evidence):
    """Watches the tests of a process that another one owns."""

    # Where this process owns the run, the recorder says it: it has looked at the clock anyhow.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        """An attempt at a test begins."""
        self.mark = self._monotonic() + self._epoch

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, None, None]:
        """A report is about to leave for the owner."""
        if not hasattr(report, ATTRIBUTE):
            self.complete(report)
        yield
        take(report)


def take(report: pytest.TestReport) -> Any:
    """Return a report's evidence, and leave in it what may count twice.

    A plugin may log one report several times, as pytest-retry does: a span must not be doubled.
    """
    evidence = getattr(report, ATTRIBUTE, None)
    if isinstance(evidence, tuple):
        setattr(report, ATTRIBUTE, (*evidence[:3], None, *evidence[4:]))
    return evidence
