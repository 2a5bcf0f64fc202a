"""``python unittest_host.py discover tests``: unittest's own runner, whose results are uploaded.

An example of a runner that is not pytest. It takes what ``python -m unittest`` takes.
"""

from __future__ import annotations

import inspect
import os
import platform
import sys
import unittest
from typing import TYPE_CHECKING, Any

from buildkite_test_collector.recording import Execution, Recording, failure

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Union

    Error = Union[tuple[type[BaseException], BaseException, TracebackType], tuple[None, None, None]]


class RecordedResult(unittest.TextTestResult):
    """unittest's results, which are recorded as they come."""

    recording: Recording

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._execution: Execution | None = None

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """A test begins."""
        super().startTest(test)
        self._execution = self._start(test)

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """A test is over."""
        if self._execution is not None:
            self._execution.finish()
        self._execution = None
        super().stopTest(test)

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """A test has passed."""
        super().addSuccess(test)
        self._say(test, "passed")

    def addFailure(self, test: unittest.TestCase, err: Error) -> None:  # noqa: N802
        """An assertion did not hold."""
        super().addFailure(test, err)
        self._say(test, "failed", err)

    def addError(self, test: unittest.TestCase, err: Error) -> None:  # noqa: N802
        """Something else was raised, possibly by a class's or a module's own set-up."""
        super().addError(test, err)
        self._say(test, "failed", err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        """A test was skipped."""
        super().addSkip(test, reason)
        self._say(test, "skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: Error) -> None:  # noqa: N802
        """A test failed, and was meant to."""
        super().addExpectedFailure(test, err)
        self._say(test, "skipped", err)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """A test passed, and was meant to fail."""
        super().addUnexpectedSuccess(test)
        self._say(test, "failed", "it was expected to fail")

    def addSubTest(  # noqa: N802
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Error | None
    ) -> None:
        """A part of a test is over."""
        super().addSubTest(test, subtest, err)
        self._say(test, "passed" if err is None else "failed", err, when="subtest")

    def _start(self, test: unittest.TestCase) -> Execution:
        method = getattr(test, getattr(test, "_testMethodName", ""), None)
        if method is None:
            # A class's or a module's set-up, whose id is a sentence.
            return self.recording.start("", test.id())
        scope, _, name = test.id().rpartition(".")
        function = inspect.unwrap(method)
        return self.recording.start(
            scope,
            name,
            file=os.path.relpath(inspect.getfile(type(test))),
            line=function.__code__.co_firstlineno,
        )

    def _say(
        self,
        test: unittest.TestCase,
        outcome: str,
        why: Error | str | None = None,
        *,
        when: str = "call",
    ) -> None:
        # A `setUpClass` that fails is no test that has started.
        execution = self._execution or self._start(test)
        if isinstance(why, str):
            failures = [{"reason": why}]
        else:
            failures = [failure(why[1])] if why is not None and why[1] is not None else []
        execution.phase(outcome, when=when, failures=failures)
        if self._execution is None:
            execution.finish()


class RecordedRunner(unittest.TextTestRunner):
    """unittest's runner, which uploads the results at the end."""

    resultclass = RecordedResult

    def run(self, test: unittest.TestSuite | unittest.TestCase) -> unittest.TextTestResult:
        """Run tests."""
        RecordedResult.recording = recording = Recording("unittest", platform.python_version())
        result = super().run(test)
        outcome = recording.finish(status=0 if result.wasSuccessful() else 1)
        for error in outcome.errors:
            print(f"Buildkite Test Engine: {error} ({recording.journal})", file=sys.stderr)
        if outcome.uploaded:
            print(f"Buildkite Test Engine: {outcome.uploaded} results uploaded", file=sys.stderr)
        return result


if __name__ == "__main__":
    unittest.main(module=None, testRunner=RecordedRunner)
