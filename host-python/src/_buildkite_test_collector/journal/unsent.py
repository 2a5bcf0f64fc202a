"""Runs that were never sent: how many are kept, and for how long."""

from __future__ import annotations

import os
import time

from .run_directory import RunDirectory, run_directories

#: How many runs of a project are kept, and for how many days.
MAX_RUNS, MAX_AGE_DAYS = 20, 14


def remove_excess(root: str) -> str:
    """Remove what is too old or too much; return what to say of it, or nothing.

    Runs that are under way are left alone, and so are journals in places that the user has named.

    Args:
        root: The root of the project.
    """
    over = [each for each in run_directories(root) if not each.is_owner_alive()]
    oldest = time.time() - MAX_AGE_DAYS * 86_400
    excess = over[: max(0, len(over) - MAX_RUNS)]
    excess += [each for each in over if each not in excess and _begun(each) < oldest]
    for directory in excess:
        directory.remove()
    if not excess:
        return ""
    which = f"all but the last {MAX_RUNS}, and those of more than {MAX_AGE_DAYS} days ago"
    return f"{len(excess)} runs that were never sent were removed: {which}"


def _begun(directory: RunDirectory) -> float:
    try:
        return os.stat(directory.record).st_mtime
    except OSError:
        return 0.0
