"""The file that `--json` names: all results of the run, as one JSON array."""

from __future__ import annotations

import contextlib
import os
import tempfile
from json import JSONEncoder, loads
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import ResultsFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_encoded = JSONEncoder().encode


class ResultsFile:
    """Gathers results beside the file and puts them in its place in one step."""

    def __init__(self, path: str, *, merge: bool) -> None:
        """Begin a file, in a directory that is made where it is missing.

        Raises:
            ResultsFileError: the directory cannot be written to.
        """
        self._path = Path(path)
        self._merge = merge
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, self._gathered = tempfile.mkstemp(
                prefix=f".{self._path.name}.", dir=self._path.parent
            )
            self._file = os.fdopen(descriptor, "w", encoding="utf-8")
            self._file.write("[")
        except OSError as error:
            raise ResultsFileError(f"{path} cannot be written: {error}") from error
        self._separator = ""

    def add(self, array: str) -> None:
        """Add results: a JSON array that is not empty."""
        self._file.write(self._separator + array[1:-1])
        self._separator = ",\n"

    def commit(self) -> None:
        """Put the results in the place of the file, behind those that it has if they are kept.

        Raises:
            ResultsFileError: it cannot be written.
        """
        try:
            with self._locked():
                if self._merge:
                    self._add_earlier()
                self._file.write("]\n")
                self._file.close()
                # A temporary file is its owner's alone; a result is for whoever may read its kind.
                os.chmod(self._gathered, 0o666 & ~_umask())
                os.replace(self._gathered, self._path)
        except OSError as error:
            raise ResultsFileError(f"{self._path} cannot be written: {error}") from error
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Leave the file as it is."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            os.unlink(self._gathered)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._merge:
            yield
            return
        from filelock import FileLock

        with FileLock(f"{self._path}.lock"):
            yield

    def _add_earlier(self) -> None:
        try:
            earlier = loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        if earlier:
            self.add(_encoded(earlier))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
