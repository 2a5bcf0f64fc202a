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

_APPEND = os.O_WRONLY | os.O_APPEND

#: A text that is shorter is no secret, and leaving it out would tear lines.
SHORTEST_SECRET = 8


class Journal:
    """An append-only file of lines, closed while a test runs.

    No file is open then that a test could see, close or inherit. Between two tests it may stay
    open: to open and close it takes as long as to write to it. What the disk does not take is kept
    in memory, so that a full disk costs the journal and not the results.
    """

    # Held because tests replace functions of `os`.
    _open = staticmethod(os.open)
    _write = staticmethod(os.write)
    _seek = staticmethod(os.lseek)
    _close = staticmethod(os.close)
    _fstat = staticmethod(os.fstat)
    _make_directory = staticmethod(os.makedirs)
    _pid: Callable[[], int] = staticmethod(os.getpid)

    def __init__(self, path: Path, secret: str = "") -> None:
        """Write to a path; a secret in what is written, as a test may print it, is left out."""
        self.path = path
        self._name = str(path)
        #: Why the disk took no more, if so.
        self.error: OSError | None = None
        #: How often somebody removed the file while it was written.
        self.removals = 0
        self._secret = secret if len(secret) >= SHORTEST_SECRET else ""
        #: The first lines, without which a file that had to be begun anew says nothing.
        self._preamble = b""
        self._owner = os.getpid()
        #: How long the file is, and what it does not hold yet. One value, since a signal may break
        #: off whatever takes two steps.
        self._state: tuple[int, bytes] = (0, b"")
        self._is_writing = False
        #: The file, where it has stayed open.
        self._descriptor: int | None = None
        #: Whether it may.
        self._may_stay_open = True
        #: What came after the disk took no more.
        self._kept: list[bytes] = []
        #: Whole lines that `flush` is to add.
        self.waiting = ""
        with contextlib.suppress(OSError), path.open("rb") as file:
            if size := file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                # A last line that was torn off ends before what is added.
                self._state = (size, b"" if file.read(1) == b"\n" else b"\n")

    def append(self, lines: str) -> None:
        """Add whole lines; they are the operating system's when this returns."""
        self.waiting += lines
        self.flush()

    def flush(self, *, is_more: bool = False) -> None:
        """Add what waits.

        Where there `is_more` to come before anything of a test's runs, the file stays open. A
        forked child adds nothing: its results come back by its parent.
        """
        if self._pid() != self._owner:
            return
        text = self.waiting
        if self._secret and self._secret in text:
            text = text.replace(self._secret, "[token]")
        try:
            data = text.encode()
        except UnicodeEncodeError:
            data = scrubbed(text).encode()
        # No call until nothing waits any more: signals come in where something is called.
        if self.error is not None:
            self._kept += [data]
            self.waiting = ""
            return
        end, rest = self._state
        if not end:
            self._preamble = data
        self._state = (end, rest + data)
        self.waiting = ""
        try:
            self._write_out(is_more=is_more)
        except OSError as error:
            self.error = error

    def read(self, start: int) -> Iterator[bytes]:
        """Give back what was added from a place on, in blocks."""
        position = start
        if self._state[0]:
            with contextlib.suppress(FileNotFoundError), self.path.open("rb") as file:
                file.seek(position)
                while block := file.read(BLOCK):
                    yield block
                    position += len(block)
        end, rest = self._state
        for part in (rest, *self._kept):
            yield part[max(0, position - end) :]
            end += len(part)

    @property
    def size(self) -> int:
        """How long it is, in bytes."""
        end, rest = self._state
        return end + len(rest) + sum(map(len, self._kept))

    def holds(self, text: bytes) -> bool:
        """Return whether a text is in it."""
        end = b""
        for block in self.read(0):
            if text in end + block:
                return True
            end = block[-len(text) :]
        return False

    def discard(self) -> None:
        """Remove the file."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)

    def _write_out(self, *, is_more: bool) -> None:
        # Twice a test: what most writes do not need is elsewhere.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None or not self._stands_at_the_end(descriptor):
            try:
                descriptor = self._open(self._name, _APPEND)
            except FileNotFoundError:
                descriptor = self._made()
        stays_open = False
        try:
            if self._is_writing:
                self._catch_up(descriptor)
            self._is_writing = True
            end, rest = self._state
            while rest:
                done = self._write(descriptor, rest)
                end, rest = self._state = (end + done, rest[done:])
            self._is_writing = False
            stays_open = is_more and self._may_stay_open
        finally:
            if stays_open:
                self._descriptor = descriptor
            else:
                self._close(descriptor)

    def _stands_at_the_end(self, descriptor: int) -> bool:
        """Return whether a descriptor that has stayed open is still the journal's.

        Somebody may have closed it, and its number may be another file's by now. As long as nobody
        has, it stands where the last write ended.
        """
        try:
            self._may_stay_open = self._seek(descriptor, 0, os.SEEK_CUR) == self._state[0]
        except OSError:
            self._may_stay_open = False
        # Where it is not, it is not ours to close: once is enough.
        return self._may_stay_open

    def _made(self) -> int:
        """Make the file, which is missing, at first or once more, and open it."""
        end, rest = self._state
        if end:
            self.removals += 1
            self._state = (0, self._preamble + rest)
        self._make_directory(self.path.parent, exist_ok=True)
        return self._open(self._name, _APPEND | os.O_CREAT, 0o600)

    def _catch_up(self, descriptor: int) -> None:
        """Ask the file how far the last write came, which a signal broke off."""
        end, rest = self._state
        done = max(0, self._fstat(descriptor).st_size - end)
        self._state = (end + done, rest[done:])
