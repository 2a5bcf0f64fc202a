"""Runs inside runs: what a test runs with pytest is not part of the suite that the test is in.

A run in the same process is known by a variable of this module. One in another process is known by
a file that each process leaves whose tests are uploaded, named by its process id: an environment
variable would be seen by the tests, and a test may clear it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from os import getpid, getppid
from pathlib import Path

#: What pytest itself sets while a test runs; without it nobody looks for the files.
IN_A_TEST = "PYTEST_CURRENT_TEST"

#: How many processes up is looked.
GENERATIONS = 20

#: The runs of this process that are uploaded, outermost first: that one has the process's mark.
_entered: list[Path | None] = []


def is_nested() -> bool:
    """Return whether a test of an outer run, one that is uploaded, has started this run."""
    if _entered:
        return True
    if IN_A_TEST not in os.environ:
        return False
    process = getppid()
    for _ in range(GENERATIONS):
        if process <= 1:
            break
        if _is_alive(_mark(process), process):
            return True
        process = _parent(process)
    return False


def enter() -> None:
    """Begin a run of this process, or of its owner, that is uploaded."""
    _entered.append(None if _entered else _marked())


def leave() -> None:
    """End the run that was begun last."""
    mark = _entered.pop() if _entered else None
    if mark is not None and mark.name == str(getpid()):
        with contextlib.suppress(OSError):
            mark.unlink()


def _marked() -> Path | None:
    """Leave this process's mark; where nothing can be written, nested runs go unnoticed."""
    mark = _mark(getpid())
    try:
        mark.parent.mkdir(mode=0o700, exist_ok=True)
        mark.write_text(_birth(getpid()), encoding="utf-8")
    except OSError:
        return None
    return mark


def _mark(process: int) -> Path:
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir(), f"buildkite-test-collector-{user}", str(process))


def _is_alive(mark: Path, process: int) -> bool:
    """Return whether a mark is ours, and of the process that has this id now."""
    try:
        if hasattr(os, "getuid") and mark.stat().st_uid != os.getuid():
            return False
        return mark.read_text(encoding="utf-8") == _birth(process)
    except (OSError, ValueError):
        return False


def _birth(process: int) -> str:
    """Return when a process began, in a form that tells it from a later one of the same id."""
    fields = _status(process)
    return fields[19] if len(fields) > 19 else ""


def _parent(process: int) -> int:
    """Return a process's parent; 0 where only the direct one can be told."""
    fields = _status(process)
    return int(fields[1]) if len(fields) > 1 else 0


def _status(process: int) -> list[str]:
    """Return what Linux says of a process, from its state on (proc(5)); elsewhere nothing."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
