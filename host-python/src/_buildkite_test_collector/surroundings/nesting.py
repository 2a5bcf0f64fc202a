"""Runs inside runs: what a test runs with pytest is not part of the suite that the test is in.

A run in the same process is known by a variable of this module. One in another process is known by
a file that each process leaves whose tests are uploaded, named by its process id: an environment
variable would be seen by the tests, and a test may clear it.
"""

from __future__ import annotations

import contextlib
import os

from .. import private, process

#: What pytest itself sets while a test runs.
IN_A_TEST = "PYTEST_CURRENT_TEST"

#: How many processes up is looked.
GENERATIONS = 30

#: How many bytes of a mark are read.
MARK_LIMIT = 100

#: The runs of this process that are uploaded, outermost first: that one has the process's mark.
_entered: list[str] = []

# Held from the moment of loading: tests replace functions of `os`.
_getpid, _getppid, _rmdir = os.getpid, os.getppid, os.rmdir


def is_nested() -> bool:
    """Return whether a test of an outer run, one that is uploaded, has started this run."""
    if _entered:
        return True
    directory = _directory()
    if not _is_safe(directory):
        return False
    pid = _getppid()
    for _ in range(GENERATIONS):
        if pid <= 1:
            break
        if _is_marked(directory, pid):
            return True
        pid = process.parent(pid)
    return False


def enter() -> None:
    """Begin a run of this process, or of its owner, that is uploaded."""
    _entered.append("" if _entered else _make_mark())


def leave() -> None:
    """End the run that was begun last."""
    mark = _entered.pop() if _entered else ""
    if os.path.basename(mark) == str(_getpid()):
        _remove_mark(mark)


def forget(pid: int) -> None:
    """Remove the mark of a process that has died."""
    directory = _directory()
    if _is_safe(directory):
        _remove_mark(os.path.join(directory, str(pid)))


def _is_safe(directory: str) -> bool:
    """Return whether the marks are there, in directories that are nobody else's."""
    return all(map(private.is_own_directory, (os.path.dirname(directory), directory)))


def _remove_mark(mark: str) -> None:
    private.remove(mark)
    with contextlib.suppress(OSError):
        # As far as no other run is under way.
        _rmdir(os.path.dirname(mark))
        _rmdir(os.path.dirname(os.path.dirname(mark)))


def _make_mark() -> str:
    """Leave this process's mark; where nothing can be written, nested runs go unnoticed."""
    directory, pid = _directory(), _getpid()
    mark = os.path.join(directory, str(pid))
    try:
        private.make_directory(os.path.dirname(directory))
        private.make_directory(directory)
        private.replace(mark, process.birth(pid).encode())
    except OSError:
        return ""
    return mark


def _directory() -> str:
    """Return where the marks are, whatever directory for temporary files a test has set."""
    if hasattr(os, "getuid"):
        user = os.getuid()
        return f"/tmp/buildkite-test-collector-{user}/running"  # noqa: S108 - made by `private`
    import tempfile

    return os.path.join(tempfile.gettempdir(), "buildkite-test-collector", "running")


def _is_marked(directory: str, pid: int) -> bool:
    """Return whether there is a mark of the process that has this id now."""
    try:
        born = private.read(os.path.join(directory, str(pid)), MARK_LIMIT)
    except OSError:
        return False
    return born == process.birth(pid).encode()
