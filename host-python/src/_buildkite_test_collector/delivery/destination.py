"""Where a file goes that a user names: what stands there decides how it is written.

| the path leads to                          | and the content                                 |
|--------------------------------------------|-------------------------------------------------|
| nothing                                    | becomes a new file, in one step                 |
| a file of which a new one can be the like  | takes its place in one step                     |
| any other file                             | is written into it: whose it is and who may     |
|                                            | read it, its links and its mount stay           |
| a pipe, a terminal, another device         | is written to it, for as long as there is time  |

A link is followed by the system, with all that it forbids, and stays a link.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator

from .stream import NO_TIME_LEFT, POLL_INTERVAL, Content, pour

#: How a file of the user's is opened: no terminal becomes ours, and no pipe is waited for.
FLAGS = (
    getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

#: The permissions of a new file, before the umask: a result is for whoever may read its folder.
FILE_MODE = 0o666

#: How much is copied at once, in bytes.
BLOCK = 256 * 1024


def put(content: Content, path: str, left: Callable[[], float]) -> None:
    """Put a content where a path leads.

    Args:
        content: A file that can be read from any place in it.
        path: Where the user wants it.
        left: Returns how many seconds there are left for whoever reads the other end of a pipe.

    Raises:
        OSError: it cannot be written there. A file that there was has its old content then, unless
            the disk itself has failed.
    """
    if os.path.isdir(path):
        raise IsADirectoryError("it is a directory; name a file in it")
    try:
        with _opened(path, left) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                content.seek(0)
                pour(content, descriptor, left)
                return
    except FileNotFoundError:
        _make(content, path)
        return
    if not _replace(content, path, status):
        with _opened(path, left) as descriptor:
            _overwrite(content, descriptor)


def is_stream(path: str) -> bool:
    """Return whether a path leads to what is no file, so that nothing is to be read from it."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


@contextlib.contextmanager
def _opened(path: str, left: Callable[[], float]) -> Iterator[int]:
    """Open what there is for writing; a pipe must have somebody who reads it."""
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | FLAGS)
            break
        except OSError as error:
            if error.errno != errno.ENXIO or not stat.S_ISFIFO(os.stat(path).st_mode):
                raise
            if not left():
                raise TimeoutError(f"nobody reads this pipe, and {NO_TIME_LEFT}") from error
        time.sleep(min(POLL_INTERVAL, left()))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _make(content: Content, path: str) -> None:
    """Make a file that is not there."""
    target = os.path.realpath(path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.islink(path):
        fresh = _fresh_name(path)
        with _removed_on_error(fresh):
            _write_new(content, fresh, FILE_MODE)
            os.replace(fresh, path)
        return
    # The link leads nowhere yet. It is for the system to say whether it may be followed.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | FLAGS, FILE_MODE)
    try:
        with _removed_on_error(target):
            _overwrite(content, descriptor)
    finally:
        os.close(descriptor)


def _replace(content: Content, path: str, status: os.stat_result) -> bool:
    """Put a new file in the place of another, if nobody can tell them apart but by their content.

    Whatever keeps a new one from being made or from taking its place, the old one can be written
    to: the folder may be somebody else's, or the file may be a mount.
    """
    target = os.path.realpath(path)
    fresh = _fresh_name(target)
    if status.st_nlink != 1:
        return False
    with contextlib.suppress(OSError), _removed_on_error(fresh):
        _write_new(content, fresh, 0o600, like=(target, status))
        os.replace(fresh, target)
        return True
    return False


def _write_new(
    content: Content, fresh: str, mode: int, like: tuple[str, os.stat_result] | None = None
) -> None:
    """Write a new file; it can have to be like another one."""
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | FLAGS, mode)
    with open(descriptor, "wb") as file:
        if like is not None:
            _make_alike(descriptor, *like)
        content.seek(0)
        shutil.copyfileobj(content, file, BLOCK)


def _make_alike(descriptor: int, target: str, status: os.stat_result) -> None:
    """Give a new file the permissions of another one; raise where it differs in anything else."""
    fresh, there = os.fstat(descriptor), os.stat(target)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
    is_alike = (fresh.st_uid, fresh.st_gid) == (there.st_uid, there.st_gid)
    if not is_alike or _attributes(descriptor) != _attributes(target):
        raise PermissionError("no new file can be like this one")
    if not os.path.samestat(status, there):
        raise FileExistsError("meanwhile there is another file")


def _attributes(file: int | str) -> dict[str, bytes]:
    """Return a file's extended attributes, its access control list among them."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)}
    except OSError:
        # The file system has none, or does not say.
        return {}


def _overwrite(content: Content, descriptor: int) -> None:
    """Write a content over that of a file; where there is no room for it, the old one stays."""
    end = os.fstat(descriptor).st_size
    size = content.seek(0, os.SEEK_END)
    try:
        # What is longer than the old content comes first: the rest needs no more room.
        _copy(content, descriptor, end, size)
    except BaseException:
        os.ftruncate(descriptor, end)
        raise
    _copy(content, descriptor, 0, min(end, size))
    os.ftruncate(descriptor, size)


def _copy(content: Content, descriptor: int, start: int, end: int) -> None:
    content.seek(start)
    os.lseek(descriptor, start, os.SEEK_SET)
    while start < end:
        block = content.read(min(BLOCK, end - start))
        start += len(block)
        while block:
            block = block[os.write(descriptor, block) :]


def _fresh_name(path: str) -> str:
    return f"{path}.{os.urandom(4).hex()}"


@contextlib.contextmanager
def _removed_on_error(path: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise
