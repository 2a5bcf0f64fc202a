"""The command `report`: one page of any number of runs, journals and files of `--json`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

from ..deadline import Deadline
from ..delivery.context import Context
from ..delivery.delivery import Delivery
from ..delivery.output import Output
from ..delivery.report_page import write_page
from ..delivery.run_columns import RunColumns
from ..errors import CollectorError, why
from ..journal.reader import JournalReader
from ..journal.receipts import Receipts
from ..settings import Settings
from ..text import encoding_of, of_file
from .source import START, events_of_results, is_array

#: Exit statuses: all is on the page; some is not; there is no page.
ALL, SOME, NONE = 0, 1, 2

Say = Callable[[str], None]


def report(files: Sequence[str], output: str, settings: Settings, say: Say) -> int:
    """Write a page of the runs in some files, which stay as they are; return the exit status.

    What cannot be read is said, with the file and the line, and all else is on the page.
    """
    if any(os.path.realpath(output) == os.path.realpath(file) for file in files):
        say(f"{output} is one of the files that are shown; name another one for the page")
        return NONE
    runs: list[RunColumns] = []
    first_with: dict[str, str] = {}
    status = ALL
    for file, name in zip(files, job_names(files)):
        run, is_whole = _read(file, len(runs), name, settings, say)
        status = status if is_whole else SOME
        if run is None:
            continue
        earlier = first_with.setdefault(run.run_id, file)
        if earlier != file:
            say(f"{file}: it is the run of {earlier}, and shown once")
            status = SOME
            continue
        runs.append(run)
    if not runs:
        return NONE
    try:
        write_page(runs, output, lambda: inf)
    except (OSError, CollectorError) as error:
        say(f"{output} cannot be written: {why(error)}")
        return NONE
    return status


def job_names(files: Sequence[str]) -> list[str]:
    """Return what tells files apart: their paths, without what all of them begin and end with.

    `job-1/events.ndjson` and `job-2/events.ndjson` are `job-1` and `job-2`; one file has no name.
    """
    paths = [list(Path(os.path.abspath(file)).parts) for file in files]
    if len(set(map(tuple, paths))) < 2:
        return ["" for _ in files]
    for place in (0, -1):
        while all(len(path) > 1 for path in paths) and len({path[place] for path in paths}) == 1:
            for path in paths:
                del path[place]
    return ["/".join(path) for path in paths]


def _events(data: bytes, settings: Settings) -> bytes:
    """Return the events in a file; raises `ValueError`, or `RecursionError`, where it has none."""
    start = data[:START]
    if is_array(start):
        return events_of_results(of_file(data), settings).encode()
    # Of a journal each line counts for itself, whatever bytes are in the others.
    return data if encoding_of(start) == "utf-8" else of_file(data).encode()


def _read(
    file: str, number: int, name: str, settings: Settings, say: Say
) -> tuple[RunColumns | None, bool]:
    """Return the run in a file, if there is one, and whether all of the file could be read."""
    try:
        events = _events(Path(file).read_bytes(), settings)
    except OSError as error:
        say(f"{file}: {why(error)}")
        return None, False
    except (ValueError, RecursionError) as error:
        say(f"{file}: it holds no results: {error}")
        return None, False
    runs: list[RunColumns] = []

    def gather(context: Context) -> list[Output]:
        runs.append(RunColumns(context, number, name))
        return [*runs]

    delivery = Delivery(
        JournalReader((), lambda: [events]),
        settings,
        Receipts(""),
        Deadline(inf),
        outputs=gather,
    )
    done = delivery.finish()
    for said in (*done.passed_over(), *done.errors, *done.notes):
        say(f"{file}: {said}")
    (run,) = runs
    has_results = done.summary is not None and done.summary.results
    if not run.is_there or not has_results:
        say(f"{file}: there are no results in it")
        return None, False
    return run, not done.rejected and not done.errors
