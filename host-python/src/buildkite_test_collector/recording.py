"""A run of any test runner: what the pytest plugin does, for a runner that is not pytest.

    recording = Recording("unittest", platform.python_version())
    test = recording.start("tests.test_cart.TestCart", "test_total", file="tests/test_cart.py")
    test.phase("failed", failures=[failure(error)])
    test.finish()
    outcome = recording.finish(status=1)

Its methods may be called by any thread, and tests may run at the same time.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from _buildkite_test_collector.clock import Clock
from _buildkite_test_collector.delivery.report import DeliveryReport
from _buildkite_test_collector.ending import Ending
from _buildkite_test_collector.journal.places import claim
from _buildkite_test_collector.journal.run_directory import RunDirectory
from _buildkite_test_collector.journal.writer import Journal
from _buildkite_test_collector.settings import Settings
from _buildkite_test_collector.surroundings.run_started import run_started
from _buildkite_test_collector.text import plain


class Recording:
    """A run, from its start to the delivery of its results.

    Every event is in a journal on disk when a method returns: of a process that is killed,
    `buildkite-test-collector upload` sends what there was.
    """

    def __init__(
        self,
        runner: str,
        version: str,
        *,
        settings: Settings | None = None,
        journal: Path | None = None,
    ) -> None:
        """Begin a run of this runner.

        Args:
            runner: Its name, lower case.
            version: Its version.
            settings: Where the results go; by default, where the environment says.
            journal: A file for the events, kept; by default, a temporary one that is removed
                once all results are delivered.
        """
        self._settings = settings or Settings.of_environment()
        named = os.path.realpath(journal) if journal is not None else ""
        self._directory: RunDirectory | None = None
        # Without a place for the journal, it is kept in memory.
        with contextlib.suppress(OSError):
            self._directory = RunDirectory.make(os.getcwd(), named)
        path, rest = named, ""
        if named:
            path, _ = claim(named, self._directory)
        elif self._directory is not None:
            path, rest = self._directory.events, ""
        self._journal = Journal(path, rest, secret=self._settings.token)
        self._lock = threading.Lock()
        self._last = 0
        self._origin = Clock.monotonic()
        self._journal.append(run_started(runner, version, self._settings) + "\n")

    @property
    def journal(self) -> Path:
        """The file of the run's events."""
        return Path(self._journal.path)

    def now(self) -> int:
        """Return nanoseconds since the run started, as all times here are."""
        return Clock.monotonic() - self._origin

    def start(
        self,
        scope: str,
        name: str,
        *,
        file: str | None = None,
        line: int | None = None,
        time: int | None = None,
    ) -> Execution:
        """Begin a test; scope and name identify it across runs."""
        time = self.now() if time is None else time
        with self._lock:
            # The number and its line in one: numbers grow along the journal.
            self._last += 1
            number = self._last
            self._write(
                "test-started", number, scope=scope, name=name, file=file, line=line, time=time
            )
        return Execution(self, number, time)

    def tag(self, key: str, value: str) -> None:
        """Tag the whole upload."""
        self._add("tag", key=key, value=value)

    def finish(self, status: int | None = None) -> DeliveryReport:
        """End the run with the runner's exit status, and deliver its results.

        What goes wrong is told by the report's `errors`, and never raised.
        """
        self._add("run-finished", time=self.now(), status=status)
        ending = Ending(self._settings, self._journal, self._directory)
        ending.deliver(None)
        if self._directory is not None:
            if ending.report.is_complete:
                self._directory.remove()
            else:
                self._directory.keep_journal()
        return ending.report

    def _add(self, event: str, execution: int | None = None, **fields: object) -> None:
        with self._lock:
            self._write(event, execution, **fields)

    def _write(self, event: str, execution: int | None, **fields: object) -> None:
        every = {"event": event, "execution": execution, **fields}
        present = {name: plain(value) for name, value in every.items() if value is not None}
        self._journal.append(json.dumps(present, ensure_ascii=False) + "\n")


class Execution:
    """A test that runs, once: another attempt is another one."""

    def __init__(self, recording: Recording, number: int, time: int) -> None:
        self._recording = recording
        self._number = number
        self._last = time

    def phase(
        self,
        outcome: str,
        *,
        when: str = "call",
        start: int | None = None,
        end: int | None = None,
        failures: Iterable[Mapping[str, object]] = (),
    ) -> None:
        """Say that a part of the test is over, and how.

        Args:
            outcome: `passed`, `failed` or `skipped`.
            when: `setup`, `call`, `teardown` or `subtest`.
            start: When it began; by default, where the last phase ended.
            end: When it ended; by default, now.
            failures: Why it did not pass; `failure` makes one of an exception.
        """
        start = self._last if start is None else start
        self._last = end = self._recording.now() if end is None else end
        given = list(failures) or None
        self._add("phase", when=when, outcome=outcome, start=start, end=end, failures=given)

    def tag(self, key: str, value: str) -> None:
        """Tag the test."""
        self._add("tag", key=key, value=value)

    @contextlib.contextmanager
    def span(self, section: str, detail: Mapping[str, str] | None = None) -> Iterator[None]:
        """Measure something inside the test: `http`, `sql`, `sleep` or `annotation`."""
        start = self._recording.now()
        try:
            yield
        finally:
            end = self._recording.now()
            self._add("span", section=section, start=start, end=end, detail=detail)

    def finish(self, time: int | None = None) -> None:
        """End the test: nothing more is said of it."""
        self._add("test-finished", time=self._recording.now() if time is None else time)

    def _add(self, event: str, **fields: object) -> None:
        self._recording._add(event, self._number, **fields)


def failure(error: BaseException) -> dict[str, Any]:
    """Return an exception as the reason why a phase did not pass."""
    reason = "".join(traceback.format_exception_only(type(error), error)).strip()
    expanded = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    places = traceback.extract_tb(error.__traceback__)
    return {
        "reason": reason,
        "expanded": expanded.splitlines(),
        "backtrace": [f"{place.filename}:{place.lineno}: {place.name}" for place in places],
    }
