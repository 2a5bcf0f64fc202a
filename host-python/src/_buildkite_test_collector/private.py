"""Directories and files that no other user can prepare, read or change.

Every file of ours that others could reach is made here. A directory belongs to this user and to
nobody else (0700). A file is opened without following a link and without waiting for a pipe's
other end, so that whatever somebody has put in its place, the open fails instead of blocking or of
writing elsewhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

#: The permissions of what is made here.
DIRECTORY_MODE, FILE_MODE = 0o700, 0o600

#: Those of a lock beside a file of the user's, before the umask.
LOCK_MODE = 0o666

#: How every file is opened; Windows has fewer of these.
GUARDS = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

# Held from the moment of loading: tests replace functions of `os`.
_open, _close, _read, _write, _fstat = os.open, os.close, os.read, os.write, os.fstat
_lstat, _mkdir, _makedirs, _chmod = os.lstat, os.mkdir, os.makedirs, os.chmod
_replace, _unlink, _getpid = os.replace, os.unlink, os.getpid
_user_id = getattr(os, "geteuid", None)


def make_directory(path: str) -> str:
    """Make a directory of this user's alone, with its parents, and return its path.

    Raises:
        OSError: it cannot be made, or what is there is a link, no directory or another user's.
    """
    try:
        _mkdir(path, DIRECTORY_MODE)
    except FileNotFoundError:
        _makedirs(os.path.dirname(path), DIRECTORY_MODE, exist_ok=True)
        _mkdir(path, DIRECTORY_MODE)
    except FileExistsError:
        pass
    status = _lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(f"{path} is no directory")
    if _user_id is not None:
        if status.st_uid != _user_id():
            raise PermissionError(f"{path} is another user's")
        if stat.S_IMODE(status.st_mode) != DIRECTORY_MODE:
            _chmod(path, DIRECTORY_MODE)
    return path


def is_own_directory(path: str) -> bool:
    """Return whether a path is a directory of this user's that is reached by no link."""
    try:
        status = _lstat(path)
    except OSError:
        return False
    is_own = _user_id is None or status.st_uid == _user_id()
    return stat.S_ISDIR(status.st_mode) and is_own


def open_new(path: str, mode: int = FILE_MODE) -> int:
    """Make a file that is not there yet, and return its descriptor, open for writing."""
    return _open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | GUARDS, mode)


def open_for_append(path: str, *, create: bool = False) -> int:
    """Open a file to add to its end."""
    flags = os.O_WRONLY | os.O_APPEND | GUARDS
    return _open(path, flags | (os.O_CREAT if create else 0), FILE_MODE)


def open_for_reading(path: str) -> int:
    """Open a file to read it."""
    return _open(path, os.O_RDONLY | GUARDS)


def open_for_locking(path: str, *, create: bool = False) -> int:
    """Open a file to lock it, for writing where that is allowed: NFS locks no other.

    What is made for it is empty, and others who share the file's folder may lock it as well.
    """
    try:
        return _open(path, os.O_RDWR | GUARDS)
    except FileNotFoundError:
        if not create:
            raise
        return _open(path, os.O_RDWR | os.O_CREAT | GUARDS, LOCK_MODE)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        return open_for_reading(path)


def read(path: str, limit: int) -> bytes:
    """Return what a regular file holds, as far as a limit in bytes.

    Raises:
        OSError: there is none, or it is no regular file of this user's.
    """
    descriptor = open_for_reading(path)
    try:
        status = _fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is no file")
        if _user_id is not None and status.st_uid != _user_id():
            raise PermissionError(f"{path} is another user's")
        data = b""
        while len(data) < limit and (block := _read(descriptor, limit - len(data))):
            data += block
        return data
    finally:
        _close(descriptor)


def replace(path: str, data: bytes) -> None:
    """Put a file in the place of another in one step: whoever reads sees one of them, whole."""
    fresh = f"{path}.{_getpid()}"
    with contextlib.suppress(FileNotFoundError):
        _unlink(fresh)
    descriptor = open_new(fresh)
    try:
        write_whole(descriptor, data)
    finally:
        _close(descriptor)
    _replace(fresh, path)


def write_whole(descriptor: int, data: bytes) -> None:
    """Write all of it, in as many steps as the system takes."""
    while data:
        data = data[_write(descriptor, data) :]


def remove(path: str) -> None:
    """Remove a file, if it is there and can be removed."""
    with contextlib.suppress(OSError):
        _unlink(path)
