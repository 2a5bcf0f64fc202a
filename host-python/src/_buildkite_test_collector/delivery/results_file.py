"""The file that `--json` names: all results of the run, as one JSON array."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from math import inf
from pathlib import Path

from ..component.component import Run
from ..errors import ResultsFileError
from ..text import decoded, encoded, valid_unicode
from .context import Context

#: How many results are taken at once.
RESULTS_AT_ONCE = 1_000

#: How many bytes of results are gathered in memory, before they go to the disk.
MEMORY_LIMIT = 4 << 20

#: How long to wait for another run that writes to the same file, in seconds.
LOCK_TIMEOUT = 30.0


class ResultsFile:
    """Gathers results in a file without a name, and puts them in the file's place in one step."""

    takes = "results"
    is_busy = False

    def __init__(self, context: Context) -> None:
        self._path = Path(context.settings.json)
        self._merge = context.settings.merge_json
        self._report = context.report
        self._deadline = context.deadline
        self._gathered: tempfile.SpooledTemporaryFile[str] | None = None
        self._separator = ""
        self._has_failed = False

    def begin(self) -> None:
        """Forget what was gathered."""
        self._close()
        self._separator = ""
        self._has_failed = False
        with self._reported():
            self._gathered = tempfile.SpooledTemporaryFile(  # noqa: SIM115
                MEMORY_LIMIT, "w+", encoding="utf-8"
            )

    def take(self, run: Run, *, is_last: bool) -> None:
        """Add the results that a run has ready."""
        del is_last
        while (array := run.take_results(RESULTS_AT_ONCE)) is not None:
            with self._reported():
                self._add(array)

    def update(self) -> None:
        """Nothing happens in between."""

    def due_in(self) -> float:
        """Nothing is ever due."""
        return inf

    def commit(self) -> None:
        """Put the results in the place of the file, behind those that it has if they are kept."""
        with self._reported(), self._locked():
            if self._merge:
                self._add_earlier()
            self._replace()
        self._close()

    def abandon(self) -> None:
        """Leave the file as it is."""
        self._close()

    def _add(self, array: str) -> None:
        if self._gathered is not None:
            self._gathered.write(self._separator + array[1:-1])
            self._separator = ",\n"

    def _replace(self) -> None:
        if self._gathered is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._gathered.seek(0)
        fresh = f"{self._path}.{os.getpid()}"
        # A result is for whoever may read files of its kind.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with contextlib.suppress(FileNotFoundError):
            os.unlink(fresh)
        try:
            with open(os.open(fresh, flags, 0o666), "w", encoding="utf-8") as file:
                file.write("[")
                shutil.copyfileobj(self._gathered, file)
                file.write("]\n")
            os.replace(fresh, self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(fresh)
            raise

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        """Say what went wrong, once; from then on there is nothing to write to."""
        try:
            yield
        except (OSError, NotImplementedError) as error:
            self._close()
            if not self._has_failed:
                self._has_failed = True
                self._report.failed(ResultsFileError(f"{self._path} cannot be written: {error}"))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._merge:
            yield
            return
        from filelock import FileLock

        with FileLock(f"{self._path}.lock", timeout=min(LOCK_TIMEOUT, self._deadline.left())):
            yield

    def _add_earlier(self) -> None:
        try:
            earlier = decoded(self._path.read_text(encoding="utf-8"))
            if not isinstance(earlier, list):
                raise ValueError("it is no array")
        except FileNotFoundError:
            return
        except (ValueError, RecursionError):
            kept = self._move_away()
            self._report.notes.append(f"{self._path} held no results, and is kept as {kept}")
            return
        if earlier:
            self._add(valid_unicode(encoded(earlier)))

    def _move_away(self) -> Path:
        """Move a file that cannot be merged with out of the way, and return where it is."""
        number = 1
        while (kept := Path(f"{self._path}.broken-{number}")).exists():
            number += 1
        self._path.rename(kept)
        return kept

    def _close(self) -> None:
        if self._gathered is not None:
            with contextlib.suppress(OSError):
                self._gathered.close()
            self._gathered = None
