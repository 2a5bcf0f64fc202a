"""The file that `--json` names: all results of the run, as one JSON array."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from math import inf
from typing import Any

from ..component.component import Run
from ..deadline import Deadline
from ..errors import ResultsFileError, why
from ..journal.lock import FileLock
from ..text import decoded, encoded, of_file, valid_unicode
from .context import Context
from .destination import is_stream, put
from .stream import Content

#: How many results are taken at once.
RESULTS_AT_ONCE = 1_000

#: How many bytes of results are gathered in memory, before they go to the disk.
MEMORY_LIMIT = 4 << 20

#: How long to wait for another run that writes to the same file, in seconds.
LOCK_TIMEOUT = 30.0

#: What the file begins with, what is between two results, and what it ends with.
BEGIN, SEPARATOR, END = b"[", b",\n", b"]\n"


class ResultsFile:
    """Gathers results in a file without a name, and puts them where the user wants them."""

    takes = "results"
    is_busy = False

    def __init__(self, context: Context) -> None:
        self._path = context.settings.json
        self._merge = context.settings.merge_json
        self._report = context.report
        self._deadline = context.deadline
        #: The file's content, but for its end.
        self._gathered: Content | None = None
        self._has_failed = False

    def begin(self) -> None:
        """Forget what was gathered."""
        self._close()
        self._has_failed = False
        with self._reported():
            self._gathered = tempfile.SpooledTemporaryFile(MEMORY_LIMIT)  # noqa: SIM115
            self._gathered.write(BEGIN)

    def started(self, run: Run) -> None:
        """Ask for nothing else."""

    def take(self, run: Run, *, is_last: bool) -> None:
        """Add the results that a run has ready."""
        del is_last
        while (array := run.take_results(RESULTS_AT_ONCE)) is not None:
            with self._reported():
                if self._gathered is not None:
                    _add(array, self._gathered)

    def update(self) -> None:
        """Nothing happens in between."""

    def due_in(self) -> float:
        """Nothing is ever due."""
        return inf

    def commit(self) -> None:
        """Put the results in the place of the file, behind those that it has if they are kept."""
        content = self._gathered
        if content is None:
            return
        with self._reported():
            # From a pipe or a terminal nothing can be read that was written before.
            if not self._merge or is_stream(self._path):
                content.write(END)
                put(content, self._path, self._deadline.left)
            else:
                with self._locked(), tempfile.SpooledTemporaryFile(MEMORY_LIMIT) as merged:
                    self._join(content, merged)
                    put(merged, self._path, self._deadline.left)
        self._close()

    def abandon(self) -> None:
        """Leave the file as it is."""
        self._close()

    def _join(self, content: Content, merged: Content) -> None:
        """Write the results that the file has, and behind them those of this run."""
        merged.write(BEGIN)
        earlier = self._earlier()
        if earlier:
            _add(valid_unicode(encoded(earlier)), merged)
        if earlier and content.tell() > len(BEGIN):
            merged.write(SEPARATOR)
        content.seek(len(BEGIN))
        shutil.copyfileobj(content, merged)
        merged.write(END)

    def _earlier(self) -> list[Any]:
        """Return the results that the file has."""
        try:
            with open(self._path, "rb") as file:
                text = of_file(file.read())
            earlier = decoded(text) if text.strip() else []
            if isinstance(earlier, list):
                return earlier
        except FileNotFoundError:
            return []
        except (ValueError, RecursionError):
            pass
        kept = self._keep_copy()
        self._report.notes.append(f"{self._path} held no results, and is kept as {kept}")
        return []

    def _keep_copy(self) -> str:
        """Copy a file that cannot be merged with, and return where that is.

        It may be no file to be moved: a link, a mount, or one of several names.
        """
        mode = os.stat(self._path).st_mode & 0o777
        number = 1
        while os.path.lexists(kept := f"{self._path}.broken-{number}"):
            number += 1
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(self._path, "rb") as file, open(descriptor, "wb") as copy:
            shutil.copyfileobj(file, copy)
        return kept

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other runs from merging their results into the same file meanwhile."""
        target = os.path.realpath(self._path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        path = f"{target}.lock"
        patience = Deadline(LOCK_TIMEOUT, lambda until: min(until, self._deadline.until()))
        lock = FileLock(path, create=True)
        try:
            is_taken = lock.acquire_in_time(patience.left)
        except OSError as error:
            if os.path.islink(path):
                raise OSError(f"its lock, {path}, is a link, which is not followed") from error
            if os.path.exists(path) or not isinstance(error, PermissionError):
                raise
            # In a folder of somebody else's no lock can be made, and no new file either.
            lock = FileLock(target)
            is_taken = lock.acquire_in_time(patience.left)
        if not is_taken:
            raise TimeoutError(f"another run holds its lock, {path}")
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        """Say what went wrong, once; from then on there is nothing to write to.

        What a test has left broken in this process may raise anything.
        """
        try:
            yield
        except Exception as error:
            self._close()
            if not self._has_failed:
                self._has_failed = True
                self._report.failed(
                    ResultsFileError(f"{self._path} cannot be written: {why(error)}")
                )

    def _close(self) -> None:
        if self._gathered is not None:
            with contextlib.suppress(OSError):
                self._gathered.close()
            self._gathered = None


def _add(array: str, file: Content) -> None:
    """Add the elements of an array that is not empty."""
    file.write((SEPARATOR if file.tell() > len(BEGIN) else b"") + array[1:-1].encode())
