"""A lock on a file, which its holder has until it lets go of it or ends.

Whoever delivers a journal holds the lock of that. The test process holds none while tests run: a
child that a test forks would keep it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from .. import private

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

#: How often a lock is tried that somebody else holds, in seconds.
POLL_INTERVAL = 0.05

# Held from the moment of loading: tests replace functions of `os` and `time`.
_close, _fstat, _stat, _sleep = os.close, os.fstat, os.stat, time.sleep


class FileLock:
    """A lock on the file itself, which is there wherever the file is. No link is followed."""

    def __init__(self, path: str, *, create: bool = False) -> None:
        """Lock a file; `create` makes it where it is missing."""
        self._path = path
        self._create = create
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock, if nobody holds it; without the file there is nothing to lock.

        Raises:
            OSError: there is no such file, or its file system knows no locks.
        """
        while True:
            if self._descriptor is None:
                self._descriptor = private.open_for_locking(self._path, create=self._create)
            try:
                _lock(self._descriptor)
            except BlockingIOError:
                return False
            if self._is_of_this_file(self._descriptor):
                return True
            # Meanwhile another file has taken its place, which somebody else may have locked.
            self.release()

    def acquire_in_time(self, left: Callable[[], float]) -> bool:
        """Wait for the lock for as long as there are seconds left; return whether it is taken.

        Raises:
            OSError: as `acquire`.
        """
        while not self.acquire():
            if not left():
                self.release()
                return False
            _sleep(min(POLL_INTERVAL, left()))
        return True

    def _is_of_this_file(self, descriptor: int) -> bool:
        locked = _fstat(descriptor)
        try:
            there = _stat(self._path)
        except FileNotFoundError:
            return False
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
