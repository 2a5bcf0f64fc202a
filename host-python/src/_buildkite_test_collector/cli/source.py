"""What `upload` is given: the events of a run, or a file of `--json`, in any usual encoding.

| what it is        | what keeps it from being sent twice                           |
|-------------------|---------------------------------------------------------------|
| a journal         | receipts at its end; what was sent whole is removed           |
| a results file    | receipts beside it; it is a user's, and stays                 |
| a pipe of either  | it becomes the journal of a run that was left unsent          |
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import private
from ..delivery.destination import put
from ..journal.reader import JournalReader
from ..journal.receipts import Receipts
from ..journal.run_directory import RunDirectory
from ..journal.sent_results import SentResults
from ..settings import Settings
from ..surroundings.run_started import run_started
from ..text import decoded, encoded, encoding_of, of_file, valid_unicode

#: What the receipts of a results file are called.
SUFFIX = ".sent"

#: How many bytes of a file tell what it is.
START = 256

RUN_FINISHED = '{"event":"run-finished","time":0}\n'


class Source:
    """Something to be sent."""

    def __init__(self, reader: JournalReader, receipts: Receipts, again: str) -> None:
        #: Where its events come from.
        self.reader = reader
        #: What was accepted of it.
        self.receipts = receipts
        #: What to call `upload` with for another try.
        self.again = again
        #: Settings that do not count for it.
        self.without: dict[str, Any] = {}
        #: Whether a part of it was accepted before, and whether nothing else is in it.
        self.was_begun = self.was_sent = False
        #: Whether all of it is accepted now, and whether there are no results in it.
        self.is_accepted = self.is_empty = False

    def let_go(self) -> None:
        """Do with the file what its end is, once its lock is released.

        Not before: Windows neither removes nor replaces a file that is open, as a locked one is.
        """


class JournalSource(Source):
    """The events of a run."""

    def __init__(self, path: str, directory: RunDirectory | None, *, is_copy: bool) -> None:
        """Take a journal.

        Args:
            path: The file.
            directory: Its run's directory, if that is on this machine.
            is_copy: Whether it was made here.
        """
        receipts = Receipts(directory.receipts if directory is not None else "")
        receipts.move_to(path)
        rest = [directory.rest] if directory is not None else []
        super().__init__(JournalReader([path, *rest]), receipts, path)
        self._path = path
        self._directory = directory
        self._is_copy = is_copy

    def let_go(self) -> None:
        """Remove what nobody needs any more; say of the rest that its run is over.

        So it is found by `upload` without a name. What was named and holds no results may be
        anything, and is as it was.
        """
        if self.is_accepted or (self.is_empty and self._is_copy):
            private.remove(self._path)
            if self._directory is not None:
                self._directory.remove()
        elif self._directory is not None and os.path.exists(self._directory.record):
            self._directory.keep_journal()


class ResultsSource(Source):
    """A file of `--json`."""

    def __init__(self, path: Path, settings: Settings) -> None:
        """Take what was not sent before of a results file.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no array; or `RecursionError`.
        """
        real = os.path.realpath(path)
        results = _array(of_file(Path(real).read_bytes()))
        receipts = SentResults(f"{real}{SUFFIX}", settings)
        unsent = receipts.unsent(results)
        started = _run_started(settings, receipts.run)
        receipts.run = started["id"]
        # A result's line is by one more than its place, whatever was sent before.
        events = _events(started, unsent, len(results)).encode()
        super().__init__(JournalReader((), lambda: [events]), receipts, str(path))
        # Of results alone nobody knows when they were.
        self.without = {"otlp": "", "otlp_target": {}}
        self.was_begun = len(unsent) < len(results)
        self.was_sent = bool(results) and not unsent


def source_of(path: Path, directory: RunDirectory | None, settings: Settings) -> Source:
    """Return what is in a file, whose lock is held.

    Args:
        path: As the user named it.
        directory: The directory of the run whose journal it is, if that is on this machine.
        settings: The suite, and what a results file does not say of its run.

    Raises:
        OSError: it cannot be read.
        ValueError: it holds neither events nor results; or `RecursionError`.
    """
    real = os.path.realpath(path)
    with open(real, "rb") as file:
        start = file.read(START)
    if is_array(start):
        return ResultsSource(path, settings)
    if encoding_of(start) == "utf-16":
        _rewrite_as_utf8(real)
    return JournalSource(real, directory, is_copy=False)


def is_pipe(path: Path) -> bool:
    """Return whether a path leads to what can be read but once."""
    mode = path.stat().st_mode
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def source_of_pipe(path: Path, settings: Settings) -> Source:
    """Read a pipe to its end, and keep what comes like a run that was left unsent.

    Raises:
        OSError, ValueError, RecursionError: as `source_of`.
    """
    data = path.read_bytes()
    text = of_file(data)
    if is_array(data[:START]):
        text = events_of_results(text, settings)
    directory = RunDirectory.make(str(Path.cwd()))
    private.replace(directory.events, text.encode())
    return JournalSource(directory.events, directory, is_copy=True)


def is_array(start: bytes) -> bool:
    """Return whether what begins so holds results, and not events."""
    if b"\0" in start[:2]:
        raise ValueError("it is neither UTF-8 nor UTF-16 with a byte order mark")
    return start.decode(encoding_of(start), "ignore").lstrip().startswith("[")


def events_of_results(text: str, settings: Settings) -> str:
    """Return the events of a run of which there are results alone.

    Args:
        text: A file of `--json`.
        settings: What that does not say of its run.

    Raises:
        ValueError: it is no array; or `RecursionError`.
    """
    results = _array(text)
    started = _run_started(settings, "")
    return _events(started, dict(enumerate(results, 1)), len(results))


def _array(text: str) -> list[Any]:
    results = decoded(text)
    if not isinstance(results, list):
        raise ValueError("it is no array")
    return results


def _rewrite_as_utf8(path: str) -> None:
    """Make a journal in UTF-16 one to which receipts can be added."""
    with open(path, "rb") as file:
        text = of_file(file.read())
    event = decoded(text[: text.find("\n") + 1])
    if not isinstance(event, dict) or "event" not in event:
        raise ValueError("its first line is no event")
    put(io.BytesIO(text.encode()), path, lambda: 0.0)


def _run_started(settings: Settings, run: str) -> dict[str, Any]:
    """Return the event that begins a run, perhaps one of which there are results already."""
    from importlib.metadata import version

    event: dict[str, Any] = decoded(run_started("pytest", version("pytest"), settings))
    event["id"] = run or event["id"]
    return event


def _events(started: dict[str, Any], results: Mapping[int, object], count: int) -> str:
    """Return the events of a run of results, by their places from 1 to `count`."""
    lines = [encoded(started)]
    for place in range(1, count + 1):
        event = {"event": "result", "execution": place, "result": results.get(place)}
        lines.append(encoded(event) if place in results else "")
    return valid_unicode("\n".join([*lines, RUN_FINISHED]))
