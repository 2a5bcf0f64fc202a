"""A run in the process that owns it, by pytest's hooks: begun, recorded, ended and told of.

What its end needs is loaded at its start, since a test may leave imports broken behind; but for
what delivers without a courier, which is too much.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from .delivery.inherited_stream import InheritedStream, in_any_process
from .delivery.report import DeliveryReport
from .ending import Ending

# Held from here on, before any conftest.
from .imports import original_path_hooks as original_path_hooks
from .journal.places import claim, mark_as_sent
from .journal.run_directory import RunDirectory
from .journal.writer import Journal
from .recording.evidence import Evidence
from .recording.recorder import Recorder
from .settings import OFF, Settings
from .surroundings.bktec import doubled_upload
from .surroundings.run_started import run_started
from .terminal import COMMAND, NAME, ProgressLine, journal_notes, lines
from .text import quoted, without_secret

if TYPE_CHECKING:
    from .courier.launch import Launch
    from .recording.termination import Termination
else:
    # Imported when it is needed alone.
    Launch = Termination = Any

#: What is never let out of here. Mocks that a test has left behind raise what fails a test, and
#: that is no `Exception`. Ctrl-C and an exit pass.
ERRORS = (Exception, pytest.fail.Exception, pytest.skip.Exception)

# Held from the moment of loading: tests replace functions of `os`.
_getpid = os.getpid


class Session:
    """The run that this process owns."""

    def __init__(self, config: pytest.Config, settings: Settings, evidence: Evidence) -> None:
        # A test may change directory.
        path = os.path.abspath(settings.json) if settings.json else ""
        self._stream = InheritedStream.of_path(path) if path else None
        page = os.path.abspath(settings.report) if settings.report else ""
        self._settings = settings.but(json=in_any_process(path), report=in_any_process(page))
        self._config = config
        self._evidence = evidence
        self._owner = _getpid()
        self._recorder: Recorder | None = None
        self._journal: Journal | None = None
        self._directory: RunDirectory | None = None
        self._launch: Launch | None = None
        self._termination: Termination | None = None
        self._ending: Ending | None = None
        self._errors: list[str] = []
        self._notes: list[str] = []
        self._debug: list[str] = []
        self._is_said = False
        if settings.otlp:
            from .otlp.target import with_target

            self._settings, notes = with_target(self._settings, config.rootpath.name)
            self._notes += notes
        if page and (problem := _problem_of_page(page, settings)):
            self._errors.append(f"the report page {page} cannot be written: {problem}")
            self._settings = self._settings.but(report="")

    @property
    def is_uploaded(self) -> bool:
        """Whether the run is to be uploaded."""
        return bool(self._settings.token)

    @property
    def journal(self) -> Journal | None:
        """The run's journal, as long as it is recorded."""
        return self._journal if self._recorder is not None else None

    @property
    def is_debugged(self) -> bool:
        """Whether to say also what goes well."""
        return self._settings.debug_enabled

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """The run begins."""
        if self._config.option.collectonly:
            return
        try:
            self._begin(session)
        except ERRORS as error:
            self._recorder = None
            self._failed("nothing is recorded: ", error)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """The first test is about to run: no child of ours is there."""
        if self._launch is not None and _getpid() == self._owner:
            try:
                self._launch.reap()
            except ERRORS as error:
                self._failed("", error)

    # Before the terminal's summary is printed, and after everyone else's session is over.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """The run is over: its results are delivered."""
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
        journal = self._journal = self._make_journal()
        settings = self._settings = self._without_stream()
        recorder = Recorder(journal, self._evidence, self._config)
        recorder.begin(run_started("pytest", pytest.__version__, settings))
        self._recorder = recorder
        self._config.pluginmanager.register(recorder)
        if settings.auto_spans != OFF:
            from .spans.automatic.names import complaints

            self._notes += complaints(settings.auto_spans)
        if settings.token and (doubled := doubled_upload(self._config)):
            self._notes.append(doubled)
        if settings.has_outputs:
            self._start_courier(recorder.origin)
        if settings.token and _getpid() == 1:
            from .recording.termination import Termination

            self._termination = Termination(session, self._end)
            self._termination.arm()
            self._config.pluginmanager.register(self._termination)

    def _make_journal(self) -> Journal:
        """Find a place for the journal; without one it is kept in memory."""
        settings, root = self._settings, str(self._config.rootpath)
        path = os.path.realpath(settings.journal) if settings.journal else ""
        try:
            self._directory = RunDirectory.make(root, path)
        except OSError as error:
            self._notes.append(f"there is no place for the events but memory: {error}")
        if path:
            path, notes = claim(path, self._directory)
            self._notes += notes
        rest = self._directory.rest if path and self._directory is not None else ""
        if not path and self._directory is not None:
            path = self._directory.events
            if settings.journal:
                self._directory.write_journal(path)
        return Journal(path, rest, secret=settings.token)

    def _without_stream(self) -> Settings:
        """Return the settings for whoever delivers: what this process alone can write to is left.

        The results for it are gathered in the run's directory.
        """
        if self._stream is None:
            return self._settings
        path = self._directory.results if self._directory is not None else ""
        if not path:
            why = "there is no place to gather the results"
            self._errors.append(f"{self._stream.path} cannot be written: {why}")
        return self._settings.but(json=path, merge_json=False)

    def _start_courier(self, origin: int) -> None:
        settings, directory, journal = self._settings, self._directory, self._journal
        if settings.courier == "false" or directory is None or journal is None:
            return
        from .courier.launch import CannotStartError, start

        try:
            self._launch = start(directory, journal.path, settings, origin)
        except CannotStartError as error:
            if settings.courier == "true" or not error.is_usual:
                self._notes.append(f"pytest itself delivers the results, at its end: {error}")

    def _end(self, status: int) -> None:
        """Deliver, once, whatever the rest of the run did."""
        recorder, journal, termination = self._recorder, self._journal, self._termination
        if recorder is None or journal is None or _getpid() != self._owner:
            return
        self._recorder = None
        try:
            if termination is not None:
                termination.tests_are_over()
            recorder.finish(status)
            self._errors += recorder.errors
            self._deliver(journal)
        except KeyboardInterrupt:
            self._ending = self._ending or Ending(self._settings, journal, self._directory)
            self._ending.interrupted(self._launch)
        except ERRORS as error:
            self._failed("", error)

    def _deliver(self, journal: Journal) -> None:
        latest = self._termination.latest if self._termination is not None else lambda until: until
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        progress = ProgressLine(terminal)
        self._ending = Ending(self._settings, journal, self._directory, latest, progress.show)
        try:
            self._ending.deliver(self._launch)
        finally:
            progress.clear()
        if self._stream is not None:
            if terminal is not None and self._stream.is_output:
                terminal.ensure_newline()
                terminal.flush()
            self._ending.copy_results(self._stream)

    def _say(self, terminal: pytest.TerminalReporter | None) -> None:
        """Say what became of the results, once."""
        if self._is_said or _getpid() != self._owner:
            return
        self._is_said = True
        report = self._ending.report if self._ending is not None else None
        is_complete = not self._errors and (report is None or report.is_complete)
        kept = ""
        try:
            kept = self._let_go(is_complete=is_complete)
        except ERRORS as error:
            kept = self._journal.path if self._journal is not None else ""
            self._failed("", error)
        try:
            for line in self._lines(report, kept):
                _write(terminal, line)
        except ERRORS as error:
            _write(terminal, f"{NAME}: {error!r}; to try again: {COMMAND} {quoted(kept)}")

    def _lines(self, report: DeliveryReport | None, kept: str) -> list[str]:
        """Return what to say, in lines for the terminal."""
        notes = [*self._settings.complaints, *self._notes]
        if self._evidence.automatic is not None:
            notes += self._evidence.automatic.problems
        notes += journal_notes(self._journal) if self._journal is not None else []
        said = lines(report, self._errors, kept, notes)
        if self._settings.debug_enabled:
            debug = [*self._debug, *(report.debug if report is not None else ())]
            said += [f"{NAME} (debug): {line}" for line in debug]
        return said

    def _let_go(self, *, is_complete: bool) -> str:
        """Let go of the journal; return where it is kept for another try, if it is."""
        journal, directory = self._journal, self._directory
        if journal is None:
            return ""
        if is_complete:
            if self._settings.journal and (self._settings.token or self._settings.otlp):
                mark_as_sent(journal)
            if directory is not None:
                directory.remove()
            return ""
        is_left_to_courier = directory is not None and directory.is_unattended()
        if directory is not None and not is_left_to_courier:
            directory.keep_journal()
        return journal.path if journal.is_on_disk else ""

    def _failed(self, what: str, error: BaseException) -> None:
        token = self._settings.token
        self._errors.append(f"{what}{without_secret(repr(error), token)}")
        if self._settings.debug_enabled:
            import traceback

            told = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            self._debug += without_secret(told, token).splitlines()


def _problem_of_page(path: str, settings: Settings) -> str:
    """Return why no page can be where it is wanted, as far as that is known before; or nothing."""
    if InheritedStream.of_path(path) is not None:
        return "it is no file"
    if os.path.exists(path) and not os.path.isfile(path):
        # A device takes all that is written to it; of a folder the page's writer speaks.
        return ""
    for option, other in (("--json", settings.json), ("--buildkite-journal", settings.journal)):
        if other and os.path.realpath(other) == os.path.realpath(path):
            return f"{option} names the same file"
    return ""


def _write(terminal: pytest.TerminalReporter | None, line: str) -> None:
    if terminal is not None:
        terminal.write_line(line)
    else:
        print(line, file=sys.stderr)  # noqa: T201
