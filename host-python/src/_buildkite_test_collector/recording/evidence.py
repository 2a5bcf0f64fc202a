"""What the process that runs a test saw of it, attached to the test's reports.

The attachment is plain data, so that pytest-xdist and pytest-forked carry it to the process that
owns the run as they carry the report itself.
"""

from __future__ import annotations

from collections.abc import Generator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pluggy
import pytest

from ..clock import Clock
from .identity import identity
from .tags import read_tags

if TYPE_CHECKING:
    from ..spans.automatic.automatic_spans import AutomaticSpans
    from ..spans.automatic.calls import CallBuffer
    from ..spans.buffer import SpanBuffer
    from ..spans.data import TestData
else:
    # Imported when it is needed alone.
    AutomaticSpans = CallBuffer = SpanBuffer = TestData = Any

#: The attribute of a report that holds its evidence.
ATTRIBUTE = "_buildkite_evidence"

#: Whether pluggy knows wrappers that are cheap, as it does since 1.2.
HAS_WRAPPERS = hasattr(pluggy, "Result")


#: The test of this thread or task, where that is known.
_of_thread: ContextVar[pytest.Item | None] = ContextVar("buildkite_test", default=None)


class LocalTest:
    """A test that runs in this process, or in a child of it."""

    __slots__ = ("calls", "item", "mark", "number", "spans", "tags")

    def __init__(self, item: pytest.Item | None, number: int, mark: int) -> None:
        self.item = item
        #: Which test of this process it is.
        self.number = number
        #: When the phase to come begins, in nanoseconds since the epoch.
        self.mark = mark
        #: Its tags, if there are any.
        self.tags: list[list[Any]] | None = None
        #: Spans on their way to a report; most tests never record one.
        self.spans: SpanBuffer | None = None
        #: Calls that are recorded by themselves, if they are.
        self.calls: CallBuffer | None = None


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
        self._monotonic = Clock.monotonic
        self._epoch = Clock.epoch
        #: The test that began last.
        self.current = LocalTest(None, 0, Clock.now())
        #: What holds that test, and the markers of that and of what holds it in turn.
        self._parent: pytest.Collector | None = None
        self._inherited: list[list[pytest.Mark]] = []
        #: Gives automatic spans, where they are wanted.
        self.automatic: AutomaticSpans | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """A test is about to run here, or in a child of this process."""
        last = self.current
        self.current = test = LocalTest(item, last.number + 1, last.mark)
        if last.spans is not None and last.spans.is_over:
            # What is recorded between two tests belongs to the later one.
            test.spans = last.spans.successor()

    if HAS_WRAPPERS:

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(
            self, item: pytest.Item, call: pytest.CallInfo[None]
        ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
            """A phase of a test is over: its report takes along what happened in it."""
            report = yield
            when = call.when
            test = self.current
            if test.item is not item:
                self._attach_to_other(report, item, call)
                return report
            try:
                end = self._monotonic() + self._epoch
                # Markers may be added while a test runs; most are there when it begins.
                if when != "call":
                    if item.parent is not self._parent:
                        self._parent = item.parent
                        self._inherited = [node.own_markers for node in item.listchain()[:-1]]
                    # Most tests have no markers at all.
                    is_marked = item.own_markers or any(self._inherited)
                    test.tags = read_tags(item) or None if is_marked else None
                spans = None
                if test.spans is not None or test.calls is not None:
                    spans = self._take_spans(test, end, is_last=when == "teardown")
                report.__dict__[ATTRIBUTE] = (test.mark, end, test.tags, spans, test.number)
                test.mark = end
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
            report = outcome.get_result()
            if self.current.item is item:
                self._attach(report, self.current, item, is_last=call.when == "teardown")
            else:
                self._attach_to_other(report, item, call)

    def complete(self, report: pytest.TestReport) -> None:
        """Give a report its evidence that was made without the hook: that of a crashed child."""
        test = self.current
        if test.item is not None and report.nodeid == test.item.nodeid:
            self._attach(report, test, test.item, is_last=True)

    def of_item(self, item: pytest.Item) -> LocalTest:
        """Return a test of a runner that runs several at once, each in a thread of its own."""
        if self.current.item is item:
            return self.current
        test = item.stash.get(LOCAL_TEST, None)
        if test is None:
            # No number of a test that pytest's own protocol runs.
            test = item.stash[LOCAL_TEST] = LocalTest(item, -1, 0)
        return test

    def _attach_to_other(
        self, report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> None:
        """Attach evidence to a report of a test that is not the last one that began here."""
        test = self.of_item(item)
        end = int(call.stop * 1e9)
        test.mark = end - int(call.duration * 1e9)
        self._attach(report, test, item, is_last=call.when == "teardown", end=end)

    def _attach(
        self,
        report: pytest.TestReport,
        test: LocalTest,
        item: pytest.Item,
        *,
        is_last: bool,
        end: int | None = None,
    ) -> None:
        evidence: Any
        try:
            if end is None:
                end = self._monotonic() + self._epoch
            spans = self._take_spans(test, end, is_last=is_last)
            evidence = (test.mark, end, read_tags(item) or None, spans, test.number)
            test.mark = end
        except Exception as error:
            evidence = repr(error)
        setattr(report, ATTRIBUTE, evidence)

    def _take_spans(self, test: LocalTest, end: int, *, is_last: bool) -> Any:
        """Return the spans of a test since its last report, if there are any."""
        spans = test.spans.take(end, is_last=is_last) if test.spans is not None else []
        if test.calls is not None and self.automatic is not None:
            spans += self.automatic.take(test.calls, is_last=is_last)
        return spans or None

    def local_test(self) -> LocalTest:
        """Return the test of this thread, or the last one that began where it has none."""
        test = _of_thread.get()
        return self.current if test is None else self.of_item(test)

    def spans(self) -> SpanBuffer:
        """Return what takes spans for the test that is running."""
        test = self.local_test()
        if test.spans is None:
            from ..spans.buffer import SpanBuffer

            test.spans = SpanBuffer()
        return test.spans

    def current_test(self) -> TestData | None:
        """Return the test that is running in this process."""
        from ..spans.data import TestData

        item = self.local_test().item
        if item is None:
            return None
        path, line, _ = item.location
        scope, name = identity(item.nodeid, path)
        location = path if line is None else f"{path}:{line + 1}"
        return TestData(scope=scope, name=name, location=location, file_name=path)


class ThreadWatch:
    """Notes which thread runs which test, for runners that have one in each of several threads."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    # Around every other plugin: it is they who start threads.
    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, None]:
        """A test's function is about to be called."""
        token = _of_thread.set(pyfuncitem)
        # Now, since several threads may be about to record the first span.
        self._evidence.spans()
        try:
            yield
        finally:
            _of_thread.reset(token)


class WorkerEvidence(Evidence):
    """Watches the tests of a process that another one owns."""

    # Where this process owns the run, the recorder says it: it has looked at the clock anyhow.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        """An attempt at a test begins."""
        self.current.mark = self._monotonic() + self._epoch

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, object, None]:
        """A report is about to leave for the owner."""
        if not hasattr(report, ATTRIBUTE):
            self.complete(report)
        yield
        take(report)


#: Where an item keeps its test, if that is not the last one that began.
LOCAL_TEST = pytest.StashKey[LocalTest]()


def take(report: pytest.TestReport) -> Any:
    """Return a report's evidence, and leave in it what may count twice.

    A plugin may log one report several times, as pytest-retry does: a span must not be doubled.
    """
    evidence = getattr(report, ATTRIBUTE, None)
    if isinstance(evidence, tuple):
        setattr(report, ATTRIBUTE, (*evidence[:3], None, *evidence[4:]))
    return evidence
