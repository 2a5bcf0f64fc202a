"""A run in the process that owns it: recorded from its start, delivered at its end."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .journal import Journal
from .recorder import Recorder
from .surroundings import run_started

if TYPE_CHECKING:
    from .delivery import Outcome
    from .evidence import Evidence
    from .settings import Settings


class Session:
    """The run that this process owns."""

    def __init__(self, config: pytest.Config, settings: Settings, evidence: Evidence) -> None:
        self._config = config
        self._evidence = evidence
        self._settings = settings
        self._owner = os.getpid()
        self._recorder: Recorder | None = None
        self._journal: Journal | None = None
        self._outcome: Outcome | None = None

    @property
    def is_uploaded(self) -> bool:
        """Whether the run is to be uploaded."""
        return bool(self._settings.token)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """The run begins."""
        if self._config.option.collectonly:
            return
        self._journal = self._new_journal()
        self._recorder = Recorder(
            self._journal, self._evidence, self._config, is_careful=bool(self._settings.token)
        )
        self._recorder.begin(run_started("pytest", pytest.__version__))
        self._config.pluginmanager.register(self._recorder)

    # Before the terminal's summary is printed, and after everyone else's session is over.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The run is over: deliver its results."""
        if self._recorder is None or self._journal is None or os.getpid() != self._owner:
            return
        from .delivery import deliver

        self._recorder.finish(int(exitstatus))
        self._outcome = deliver(self._journal, self._settings)
        if not self._settings.journal_path:
            self._journal.discard()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what became of the results."""
        if self._outcome is None:
            return
        for line in sentences(self._outcome):
            terminalreporter.write_line(line)

    def _new_journal(self) -> Journal:
        if self._settings.journal_path:
            path = Path(self._settings.journal_path).absolute()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            return Journal(path)
        return Journal(_directory(self._config) / f"{os.getpid()}.ndjson")


def sentences(outcome: Outcome) -> list[str]:
    """Return what to say of a delivery, a line each."""
    lines = []
    if outcome.uploaded:
        where = outcome.run_url or "Test Engine"
        lines.append(f"Buildkite Test Engine: {_results(outcome.uploaded)} uploaded to {where}")
    if outcome.skipped:
        lines.append(f"Buildkite Test Engine: passed over {_results(outcome.skipped)}")
    if outcome.errors:
        lost = f"{_results(outcome.refused)} not uploaded: " if outcome.refused else ""
        lines.append(f"Buildkite Test Engine: {lost}{'; '.join(outcome.errors)}")
    summary = outcome.summary
    if summary is not None and summary.problem_count:
        more = summary.problem_count - len(summary.problems)
        also = f"; and {more} more" if more else ""
        lines.append(f"Buildkite Test Engine: {'; '.join(summary.problems)}{also}")
    return lines


def _results(count: int) -> str:
    return "1 result" if count == 1 else f"{count} results"


def _directory(config: pytest.Config) -> Path:
    """Return a directory for the journal: pytest's cache, or a temporary one."""
    cache = getattr(config, "cache", None)
    if cache is not None:
        try:
            return Path(cache.mkdir("buildkite-test-collector"))
        except OSError:
            pass
    return Path(tempfile.mkdtemp(prefix="buildkite-test-collector-"))
