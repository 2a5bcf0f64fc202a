"""The lock of a journal: whoever delivers it holds it, and it ends with its holder.

The test process holds none while tests run: a child that a test forks would keep it.
"""

from __future__ import annotations

import os

from .. import private

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

# Held from the moment of loading: tests replace functions of `os`.
_close, _fstat, _stat = os.close, os.fstat, os.stat


class JournalLock:
    """A lock on the file itself, which is there wherever the file is."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock, if nobody holds it; without the file there is nothing to lock.

        Raises:
            OSError: there is no such file, or its file system knows no locks.
        """
        while True:
            if self._descriptor is None:
                self._descriptor = private.open_for_reading(self._path)
            try:
                _lock(self._descriptor)
            except BlockingIOError:
                return False
            if self._is_of_this_file(self._descriptor):
                return True
            # Meanwhile another file has taken its place, which somebody else may have locked.
            self.release()

    def _is_of_this_file(self, descriptor: int) -> bool:
        locked, there = _fstat(descriptor), _stat(self._path)
        return (locked.st_dev, locked.st_ino) == (there.st_dev, there.st_ino)

    def release(self) -> None:
        """Let go of it."""
        if self._descriptor is not None:
            _close(self._descriptor)
            self._descriptor = None


def _lock(descriptor: int) -> None:
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    import msvcrt

    try:
        # Far behind the file's end: on Windows, what is locked cannot be read.
        os.lseek(descriptor, 1 << 40, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        raise BlockingIOError(str(error)) from error
