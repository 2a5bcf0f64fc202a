"""The journal: a run's events as lines in a file, which survive whatever becomes of the process."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Callable

from .text import scrubbed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How much is read at once, in bytes.
BLOCK = 256 * 1024


class Journal:
    """An append-only file of lines, closed between any two writes.

    No file stays open that a test could see, close or inherit. What the disk does not take is kept
    in memory, so that a full disk costs the journal and not the results.
    """

    # Held because tests replace functions of `os`.
    _open = staticmethod(os.open)
    _write = staticmethod(os.write)
    _close = staticmethod(os.close)
    _pid: Callable[[], int] = staticmethod(os.getpid)

    def __init__(self, path: Path) -> None:
        self.path = path
        #: Why the disk took no more, if so.
        self.error: OSError | None = None
        self._kept: list[bytes] = []
        self._owner = os.getpid()

    def append(self, lines: str) -> None:
        """Add whole lines; they are the operating system's when this returns.

        A forked child adds nothing: its results come back by its parent.
        """
        if self._pid() != self._owner:
            return
        try:
            data = lines.encode()
        except UnicodeEncodeError:
            data = scrubbed(lines).encode()
        if self.error is None:
            try:
                while data:
                    data = data[self._write_some(data) :]
            except OSError as error:
                self.error = error
        if data:
            self._kept.append(data)

    def chunks(self) -> Iterator[str]:
        """Give everything back, in texts of whole lines."""
        rest = b""
        for block in self._blocks():
            end = block.rfind(b"\n") + 1
            if end:
                yield (rest + block[:end]).decode("utf-8", "replace")
                rest = block[end:]
            else:
                rest += block
        if rest:
            yield rest.decode("utf-8", "replace")

    def mend(self) -> None:
        """End a last line that was torn off, so that what is added next is a line of its own."""
        with contextlib.suppress(OSError, ValueError), self.path.open("rb+") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")

    def discard(self) -> None:
        """Remove the file."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)

    def _write_some(self, data: bytes) -> int:
        """Write data and return how much of it the disk took."""
        descriptor = self._open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            return self._write(descriptor, data)
        finally:
            self._close(descriptor)

    def _blocks(self) -> Iterator[bytes]:
        with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block
        yield from self._kept
