"""The write side of the journal: events are the operating system's when `flush` returns."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .. import private
from ..clock import Clock
from ..text import SHORTEST_SECRET, valid_unicode
from .pace import Pace

#: How many bytes of events wait in memory at most where no file takes them.
PENDING_LIMIT = 64 << 20


class Journal:
    """An append-only file of lines, closed while a test runs.

    No file is open then that a test could see, close or inherit. Between two tests it may stay
    open: to open and close it takes as long as to write to it. What its file does not take goes to
    a second one, and what that does not take either waits in memory and is tried again.
    """

    # Held because tests replace functions of `os`.
    _open = staticmethod(private.open_for_append)
    _write = staticmethod(os.write)
    _seek = staticmethod(os.lseek)
    _close = staticmethod(os.close)
    _fstat = staticmethod(os.fstat)
    _stat = staticmethod(os.stat)
    _make_directory = staticmethod(os.makedirs)
    _pid: Callable[[], int] = staticmethod(os.getpid)
    _now: Callable[[], int] = staticmethod(Clock.monotonic)

    def __init__(self, path: str, rest: str = "", secret: str = "") -> None:
        """Write to a file.

        Args:
            path: The file; it and its directory are made when the first line is written.
            rest: A file for what that one does not take; none by default.
            secret: A text that no file may hold, as a test may print it.
        """
        self.path = path
        #: Why the file took no more, if so.
        self.error: OSError | None = None
        #: How often somebody removed the file while it was written.
        self.removals = 0
        #: How many bytes there was no room for, not even in memory.
        self.lost = 0
        #: Whole lines that `flush` is to add.
        self.waiting = ""
        #: How often it is written to.
        self.pace = Pace()
        #: Is given what is written, in whole lines, if anybody is.
        self.follower: Callable[[bytes], object] | None = None
        self._rest = rest
        self._secret = secret if len(secret) >= SHORTEST_SECRET else ""
        #: The first lines, without which a file that had to be begun anew says nothing.
        self._preamble = b""
        self._owner = os.getpid()
        self._root = self._root_identity()
        #: The file that is written now.
        self._file = path
        #: How long that file is, and what it does not hold yet. One value, since a signal may break
        #: off whatever takes two steps.
        self._state: tuple[int, bytes] = (0, b"")
        self._is_writing = False
        #: The file's descriptor, where it has stayed open.
        self._descriptor: int | None = None
        self._may_stay_open = True
        #: What no file takes, and how many bytes that is.
        self._pending: list[bytes] = []
        self._pending_size = 0
        with contextlib.suppress(OSError):
            self._state = self._end_of_file(path)

    @staticmethod
    def _end_of_file(path: str) -> tuple[int, bytes]:
        """Return a file's length, and what ends its last line, should that be torn off."""
        # Whatever stands there, a pipe for one, does not block.
        descriptor = private.open_for_reading(path)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            os.lseek(descriptor, max(0, size - 1), os.SEEK_SET)
            return size, b"" if os.read(descriptor, 1) in (b"", b"\n") else b"\n"
        finally:
            os.close(descriptor)

    @property
    def files(self) -> list[Path]:
        """The files that hold it, in the order in which they are to be read."""
        return [Path(self.path)] if self._file == self.path else [Path(self.path), Path(self._rest)]

    @property
    def is_on_disk(self) -> bool:
        """Whether the files hold all of it."""
        return not self._pending and not self._state[1]

    def append(self, lines: str) -> None:
        """Add whole lines."""
        self.waiting += lines
        self.pace.until = 0
        self.flush()

    def flush(self, *, is_more: bool = False) -> None:
        """Add what waits, unless the disk is so slow that more is to gather before.

        Where there `is_more` to come before anything of a test's runs, the file stays open. A
        forked child adds nothing: its results come back by its parent.
        """
        if self._pid() != self._owner or (self.pace.until and self.pace.is_early()):
            return
        text = self.waiting
        if self._secret and self._secret in text:
            text = text.replace(self._secret, "[token]")
        try:
            data = text.encode()
        except UnicodeEncodeError:
            data = valid_unicode(text).encode()
        if self.follower is not None:
            self.follower(data)
        # No call until nothing waits any more: signals come in where something is called.
        if self._pending:
            self._pending += [data]
            self.waiting = ""
            self._write_pending(len(data))
            return
        end, rest = self._state
        if not end:
            self._preamble = self._preamble or data
        self._state = (end, rest + data)
        self.waiting = ""
        began = self._now()
        try:
            self._write_out(is_more=is_more)
        except OSError as error:
            self._leave_file(error)
        else:
            self.pace.wrote(self._now() - began)

    def unwritten(self) -> Iterator[bytes]:
        """Give back what the files do not hold."""
        yield self._state[1]
        yield from self._pending

    def discard(self) -> None:
        """Remove the files."""
        for path in self.files:
            private.remove(str(path))

    def _write_out(self, *, is_more: bool) -> None:
        # Twice a test: what most writes do not need is elsewhere.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None or not self._stands_at_the_end(descriptor):
            try:
                descriptor = self._open(self._file)
            except FileNotFoundError:
                descriptor = self._make_file()
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

    def _make_file(self) -> int:
        """Make the file, which is missing, at first or once more, and open it."""
        if self._root_identity() != self._root:
            raise PermissionError("a test has changed the root directory")
        end, rest = self._state
        if end:
            self.removals += 1
            # Whoever reads on in the new file knows the old one's lines, but for the half of one.
            self._state = (0, self._preamble + rest)
        self._make_directory(os.path.dirname(self._file), exist_ok=True)
        return self._open(self._file, create=True)

    @classmethod
    def _root_identity(cls) -> tuple[int, int]:
        """Return what tells a root directory from another one: a test may call `chroot`."""
        try:
            status = cls._stat(os.sep)
        except OSError:
            return 0, 0
        return status.st_dev, status.st_ino

    def _catch_up(self, descriptor: int) -> None:
        """Ask the file how far the last write came, which a signal broke off."""
        end, rest = self._state
        done = max(0, self._fstat(descriptor).st_size - end)
        self._state = (end + done, rest[done:])

    def _leave_file(self, error: OSError) -> None:
        """Go on in the second file, or else in memory: this one takes no more."""
        self.error = error
        self._is_writing = False
        end, rest = self._state
        self._state = (end, b"")
        if self._rest and self._file != self._rest:
            self._file = self._rest
            self._state = (0, rest)
            try:
                self._write_out(is_more=False)
            except OSError:
                _, rest = self._state
                self._state = (self._state[0], b"")
            else:
                return
        self._pending = [rest]
        self._pending_size = len(rest)

    def _write_pending(self, added: int) -> None:
        """Write what waits in memory, as far as the file takes it, and bound the rest."""
        self._pending_size += added
        try:
            while self._pending:
                self._state = (self._state[0], self._pending[0])
                self._write_out(is_more=False)
                self._pending_size -= len(self._pending.pop(0))
        except OSError:
            if self._pending_size > PENDING_LIMIT and len(self._pending) > 1:
                dropped = len(self._pending.pop())
                self._pending_size -= dropped
                self.lost += dropped
        finally:
            end, rest = self._state
            if rest:
                # A part of the first piece may be written.
                self._pending_size -= len(self._pending[0]) - len(rest)
                self._pending[0] = rest
                self._state = (end, b"")
