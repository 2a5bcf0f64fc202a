"""How many journals that were not sent are kept, and for how long.

What is over the limits is removed by whoever delivers, the courier or `upload`, and never at the
start of a run: tests would wait for it.
"""

from __future__ import annotations

import os
import time

from .run_directory import RunDirectory, run_directories

#: How many runs of a project that were not sent are kept.
RUNS_KEPT = 20

#: For how many days the events of a run are kept.
DAYS_KEPT = 14

_SECONDS_A_DAY = 24 * 60 * 60


def remove_old_runs(root: str) -> list[str]:
    """Remove runs that nobody has sent for too long, and return what to say of it, in sentences.

    A journal in a place that the user has named stays there, and is sent no more without its name.

    Args:
        root: The root of the project whose number of runs is bounded. The age is, for all projects.
    """
    ended = [each for each in run_directories(root) if not each.is_under_way()]
    too_many = {each.path for each in ended[: max(0, len(ended) - RUNS_KEPT)]}
    removed = 0
    for directory in ended:
        if directory.path in too_many:
            directory.remove()
            removed += 1
    aged = [each for each in run_directories() if _is_old(each) and not each.is_under_way()]
    for directory in aged:
        directory.remove()
    said = []
    if removed:
        said.append(f"removed {_runs(removed)} never sent; the last {RUNS_KEPT} are kept")
    if aged:
        said.append(f"removed {_runs(len(aged))} not sent in {DAYS_KEPT} days")
    return said


def _is_old(directory: RunDirectory) -> bool:
    try:
        began = os.stat(directory.record).st_mtime
    except OSError:
        return False
    return time.time() - began > DAYS_KEPT * _SECONDS_A_DAY


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
