"""A run in the process that owns it: recorded from its start, delivered at its end.

Everything that the end needs is imported at the start, but for wasmtime and urllib3: a test may
leave `open` or `json` broken behind.
"""

from __future__ import annotations

import tempfile
from os import getpid
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from .delivery import Outcome, deliver
from .journal import Journal
from .recorder import Recorder
from .surroundings import run_started
from .terminal import lines

if TYPE_CHECKING:
    from .evidence import Evidence
    from .settings import Settings


class Session:
    """The run that this process owns."""

    def __init__(self, config: pytest.Config, settings: Settings, evidence: Evidence) -> None:
        self._config = config
        self._evidence = evidence
        self._settings = settings
        self._owner = getpid()
        self._recorder: Recorder | None = None
        self._journal: Journal | None = None
        self._outcome: Outcome | None = None
        self._errors: list[str] = []

    @property
    def is_uploaded(self) -> bool:
        """Whether the run is to be uploaded."""
        return bool(self._settings.token)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """The run begins."""
        if self._config.option.collectonly:
            return
        try:
            self._journal = self._new_journal()
            self._recorder = Recorder(
                self._journal, self._evidence, self._config, is_careful=self.is_uploaded
            )
            self._recorder.begin(run_started("pytest", pytest.__version__))
            self._config.pluginmanager.register(self._recorder)
        except Exception as error:
            self._recorder = None
            self._errors.append(f"nothing is recorded: {error!r}")

    # Before the terminal's summary is printed, and after everyone else's session is over.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The run is over: deliver its results."""
        if self._recorder is None or self._journal is None or getpid() != self._owner:
            return
        try:
            self._recorder.finish(int(exitstatus))
            self._outcome = deliver(self._journal, self._settings)
            self._errors += self._recorder.errors
            if self._outcome.is_complete and not self._settings.journal_path:
                self._journal.discard()
                self._journal = None
        except Exception as error:
            self._errors.append(repr(error))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what became of the results."""
        try:
            outcome = self._outcome or Outcome()
            outcome.errors += self._errors
            for line in lines(outcome, self._journal.path if self._journal else None):
                terminalreporter.write_line(line)
        except Exception as error:
            terminalreporter.write_line(f"Buildkite Test Engine: {error!r}")

    def _new_journal(self) -> Journal:
        if self._settings.journal_path:
            path = Path(self._settings.journal_path).absolute()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            return Journal(path)
        return Journal(_directory(self._config) / f"{uuid4()}.ndjson")


def _directory(config: pytest.Config) -> Path:
    """Return a directory for the journal: pytest's cache, or a temporary one."""
    cache = getattr(config, "cache", None)
    if cache is not None:
        try:
            return Path(cache.mkdir("buildkite-test-collector"))
        except OSError:
            pass
    return Path(tempfile.mkdtemp(prefix="buildkite-test-collector-"))
