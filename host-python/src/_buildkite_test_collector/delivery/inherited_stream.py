"""What only the test process can write to: a descriptor that it got from its caller.

`/dev/stdout`, `/dev/fd/63` (a shell's `>(command)`), `/proc/self/fd/1`, links to these, and
`/dev/tty`. To any other process these paths mean something else. Results for them are gathered in a
file first, which is copied to the descriptor itself at the end: a file behind it is neither
truncated nor replaced.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from .stream import Content, pour

#: The folders whose files are descriptors of whoever looks, without links.
FOLDERS = ("/dev/fd", "/proc/self/fd", "/proc/thread-self/fd")

#: The terminal that a process belongs to, of which the courier has none.
TERMINAL = "/dev/tty"

#: Where processes see themselves.
PROCESSES = "/proc/"

#: How many links are followed, as on Linux.
LINKS = 40

# Held from the moment of loading: tests replace functions of `os`.
_open, _close, _fstat = os.open, os.close, os.fstat


class InheritedStream:
    """A descriptor of this process, or its terminal, by a path.

    No descriptor is held: its number is known, and what was behind it when the tests began. A test
    may have closed it, and its number may be another file's by then.
    """

    def __init__(self, path: str, number: int | None) -> None:
        #: As the user named it.
        self.path = path
        self._number = number
        self._identity = self._current_identity()

    @classmethod
    def of_path(cls, named: str) -> InheritedStream | None:
        """Return what a path means in this process alone; none where it is any other path."""
        path = named
        folders = {os.path.realpath(folder) for folder in FOLDERS}
        for _ in range(LINKS):
            if path == TERMINAL:
                return cls(named, None)
            folder, name = os.path.split(path)
            folder = os.path.realpath(folder)
            if folder in folders:
                return cls(named, int(name)) if name.isdecimal() else None
            try:
                path = os.path.join(folder, os.readlink(os.path.join(folder, name)))
            except (OSError, ValueError):
                return None
        return None

    @property
    def is_output(self) -> bool:
        """Whether pytest writes to the same: its standard output, or the terminal."""
        return self._number in (None, 1, 2)

    def write(self, content: Content, left: Callable[[], float]) -> None:
        """Write a content to it, for as long as there is time.

        Raises:
            OSError: it is gone, or whoever reads it is.
        """
        if self._number is None:
            descriptor = _open(TERMINAL, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
            try:
                pour(content, descriptor, left)
            finally:
                _close(descriptor)
            return
        if self._identity is None or self._identity != self._current_identity():
            raise OSError("it is not open any more, or leads elsewhere than when the tests began")
        pour(content, self._number, left)

    def _current_identity(self) -> tuple[int, int, int] | None:
        """Return what tells what is behind a descriptor from anything else."""
        if self._number is None:
            return None
        try:
            status = _fstat(self._number)
        except (OSError, OverflowError):
            return None
        return status.st_dev, status.st_ino, status.st_rdev


def in_any_process(path: str) -> str:
    """Return a path that leads other processes to where it leads this one: `/proc/self/cwd/…`."""
    if not path.startswith(PROCESSES):
        return path
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)
