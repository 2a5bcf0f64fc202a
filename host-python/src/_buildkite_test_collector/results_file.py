"""The file that `--json` names: all results of the run, as one JSON array."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .component import CHUNK
from .errors import ResultsFileError
from .text import decoded, encoded, scrubbed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .component import Run

#: How long to wait for another run that writes to the same file, in seconds.
PATIENCE = 30.0


class ResultsFile:
    """Gathers results beside the file and puts them in its place in one step."""

    def __init__(self, path: str, *, merge: bool) -> None:
        """Begin a file, in a directory that is made where it is missing.

        Raises:
            ResultsFileError: the directory cannot be written to.
        """
        self._path = Path(path)
        self._merge = merge
        self._separator = ""
        #: What a person should hear of, in sentences.
        self.notes: list[str] = []
        with self._written():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, self._gathered = tempfile.mkstemp(
                prefix=f".{self._path.name}.", dir=self._path.parent
            )
            self._file = os.fdopen(descriptor, "w", encoding="utf-8")
            self._file.write("[")

    def take(self, run: Run) -> None:
        """Add the results that a run has ready.

        Raises:
            ResultsFileError: they cannot be written.
        """
        while (array := run.take_results(CHUNK)) is not None:
            with self._written():
                self._add(array)

    def commit(self) -> None:
        """Put the results in the place of the file, behind those that it has if they are kept.

        Raises:
            ResultsFileError: it cannot be written.
        """
        with self._written(), self._locked():
            if self._merge:
                self._add_earlier()
            self._file.write("]\n")
            self._file.close()
            # A temporary file is its owner's alone; a result is for whoever may read its kind.
            os.chmod(self._gathered, 0o666 & ~_umask())
            os.replace(self._gathered, self._path)

    def abandon(self) -> None:
        """Leave nothing beside the file; it stays as it is unless it was committed."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._gathered)

    def _add(self, array: str) -> None:
        self._file.write(self._separator + array[1:-1])
        self._separator = ",\n"

    @contextlib.contextmanager
    def _written(self) -> Iterator[None]:
        """Say what it is that went wrong."""
        try:
            yield
        except (OSError, NotImplementedError) as error:
            raise ResultsFileError(f"{self._path} cannot be written: {error}") from error

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._merge:
            yield
            return
        from filelock import FileLock

        with FileLock(f"{self._path}.lock", timeout=PATIENCE):
            yield

    def _add_earlier(self) -> None:
        try:
            earlier = decoded(self._path.read_text(encoding="utf-8"))
            if not isinstance(earlier, list):
                raise ValueError("it is no array")
        except FileNotFoundError:
            return
        except (ValueError, RecursionError):
            kept = self._kept()
            self.notes.append(f"{self._path} held no results, and is kept as {kept}")
            return
        if earlier:
            self._add(scrubbed(encoded(earlier)))

    def _kept(self) -> Path:
        """Move a file that cannot be merged with out of the way, and return where it is."""
        number = 1
        while (kept := Path(f"{self._path}.broken-{number}")).exists():
            number += 1
        self._path.rename(kept)
        return kept


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
