"""A run in the process that owns it: recorded from its start, delivered at its end.

What only the end needs is not imported before. What tests are known to leave broken behind, clocks,
`json`, functions of `os`, is held from the start.
"""

from __future__ import annotations

import sys
import tempfile
from math import inf
from os import getpid
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from .journal import Journal
from .recorder import Recorder
from .surroundings import run_started
from .termination import Termination

if TYPE_CHECKING:
    from .delivery import Delivery
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
        self._delivery: Delivery | None = None
        self._termination: Termination | None = None
        self._errors: list[str] = []
        self._debug: list[str] = []
        self._is_said = False

    @property
    def is_uploaded(self) -> bool:
        """Whether the run is to be uploaded."""
        return bool(self._settings.token)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """The run begins."""
        if self._config.option.collectonly:
            return
        try:
            self._begin(session)
        except Exception as error:
            self._recorder = None
            self._failed("nothing is recorded: ", error)

    # Before the terminal's summary is printed, and after everyone else's session is over.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The run is over: deliver its results."""
        self._end(int(exitstatus))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what became of the results."""
        self._say(terminalreporter)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Do what is not done yet: not every way in which a run ends leads through its hooks."""
        self._end(1)
        self._say(config.pluginmanager.getplugin("terminalreporter"))

    def _begin(self, session: pytest.Session) -> None:
        settings = self._settings
        self._journal = Journal(_new_path(self._config, settings), secret=settings.token)
        recorder = Recorder(
            self._journal, self._evidence, self._config, is_careful=self.is_uploaded
        )
        recorder.begin(run_started("pytest", pytest.__version__, settings))
        self._recorder = recorder
        self._config.pluginmanager.register(recorder)
        if self.is_uploaded:
            self._termination = Termination(session, self._end)
            self._termination.arm()
            self._config.pluginmanager.register(self._termination)
            if settings.upload_interval:
                recorder.due = settings.upload_interval * 1e9
                recorder.on_due = self._checkpoint_is_due

    def _to_deliver(self, journal: Journal) -> Delivery:
        if self._delivery is None:
            from .delivery import Delivery

            self._delivery = Delivery(journal, self._settings, note=self._note)
        return self._delivery

    def _checkpoint_is_due(self) -> None:
        recorder, seconds = self._recorder, self._settings.upload_interval
        if recorder is None:
            return
        try:
            from .checkpoint import Checkpoints

            plugins = self._config.pluginmanager
            checkpoints = Checkpoints(plugins, recorder, self._checkpoint, seconds)
            recorder.on_due = checkpoints.test_is_over
            checkpoints.test_is_over()
        except Exception as error:
            # Who called is in the midst of a report.
            recorder.due = inf
            self._failed("there are no checkpoints: ", error)

    def _checkpoint(self, seconds: float) -> None:
        if self._journal is None or self._recorder is None:
            return
        try:
            self._journal.flush()
            self._to_deliver(self._journal).checkpoint(seconds)
        except Exception as error:
            self._failed("a checkpoint failed: ", error)

    def _end(self, status: int) -> None:
        """Deliver, once, whatever the rest of the run did."""
        recorder, journal, termination = self._recorder, self._journal, self._termination
        if recorder is None or journal is None or getpid() != self._owner:
            return
        self._recorder = None
        try:
            if termination is not None:
                termination.tests_are_over()
            recorder.finish(status)
            self._errors += recorder.errors
            delivery = self._to_deliver(journal)
            if termination is not None:
                delivery.finish(termination.latest)
            else:
                delivery.finish()
        except KeyboardInterrupt:
            if self._delivery is not None:
                self._delivery.interrupted()
            else:
                self._errors.append("the delivery was interrupted")
        except Exception as error:
            self._failed("", error)

    def _say(self, terminal: pytest.TerminalReporter | None) -> None:
        """Say what became of the results, once, and let go of the journal where all is well."""
        if self._is_said or getpid() != self._owner:
            return
        self._is_said = True
        try:
            from .terminal import NAME, lines, troubles

            outcome = self._delivery.outcome if self._delivery else None
            is_complete = not self._errors and (outcome is None or outcome.is_complete)
            notes = [*self._settings.complaints, *troubles(self._journal)]
            kept: Path | None = None
            if self._journal is not None and not is_complete:
                kept = None if self._journal.error else self._journal.path
            said = lines(outcome, self._errors, kept, notes)
            if self._settings.debug_enabled:
                said += [f"{NAME} (debug): {line}" for line in self._debug]
            token = self._settings.token
            for line in said:
                _write(terminal, line.replace(token, "[token]") if token else line)
            if self._journal is not None and is_complete and not self._settings.journal:
                self._journal.discard()
        except Exception as error:
            _write(terminal, f"Buildkite Test Engine: {error!r}")

    def _failed(self, what: str, error: object) -> None:
        self._errors.append(
            f"{what}{error!r}" if isinstance(error, Exception) else f"{what}{error}"
        )
        if isinstance(error, Exception) and self._settings.debug_enabled:
            import traceback

            self._debug += "".join(
                traceback.format_exception(type(error), error, error.__traceback__)
            ).splitlines()

    def _note(self, line: str) -> None:
        if self._settings.debug_enabled:
            self._debug.append(line)


def _write(terminal: pytest.TerminalReporter | None, line: str) -> None:
    if terminal is not None:
        terminal.write_line(line)
    else:
        print(line, file=sys.stderr)  # noqa: T201


def _new_path(config: pytest.Config, settings: Settings) -> Path:
    """Return where the journal goes; what is there is removed."""
    if settings.journal:
        path = Path(settings.journal).absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        return path
    return _directory(config) / f"{uuid4()}.ndjson"


def _directory(config: pytest.Config) -> Path:
    """Return a directory for the journal: pytest's cache, or a temporary one."""
    cache = getattr(config, "cache", None)
    if cache is not None:
        try:
            return Path(cache.mkdir("buildkite-test-collector"))
        except OSError:
            pass
    return Path(tempfile.mkdtemp(prefix="buildkite-test-collector-"))
