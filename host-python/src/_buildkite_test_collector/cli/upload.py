"""The command `upload`: runs that were kept are sent after all, journals and files of `--json`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..deadline import Deadline
from ..delivery.delivery import Delivery
from ..delivery.report import DeliveryReport
from ..errors import why
from ..journal.limits import remove_old_runs
from ..journal.lock import FileLock
from ..journal.run_directory import RunDirectory, run_directories
from ..settings import Settings
from ..terminal import lines
from .source import Source, is_pipe, source_of, source_of_pipe

#: Exit statuses: all was accepted; some was not, and remains; a file holds no results.
ALL, SOME, BAD_INPUT = 0, 1, 2

SENT = "everything in it was accepted before"

Say = Callable[[str], None]


def upload(files: Sequence[str], settings: Settings, say: Say) -> int:
    """Send what of each file was not accepted before, and return the worst exit status.

    Without files, those are sent that runs of this project have left behind. A journal that is sent
    whole is removed; a results file is a user's, and stays.
    """
    if not settings.token and not settings.otlp:
        say("BUILDKITE_ANALYTICS_TOKEN is not set")
        return BAD_INPUT
    root = project_root(Path.cwd())
    if settings.otlp:
        from ..otlp.target import with_target

        settings, notes = with_target(settings, root.name)
        for note in notes:
            say(note)
    if not files:
        files = list(unsent_journals(root))
        if not files:
            say("no run of this project was left unsent")
            return ALL
    status = max(_upload_file(Path(file), settings, say) for file in files)
    for note in remove_old_runs(str(root)):
        say(note)
    return status


def project_root(folder: Path) -> Path:
    """Return the project that a folder is in: the innermost one around it with unsent runs."""
    around = (each for each in (folder, *folder.parents) if list(_unsent(each)))
    return next(around, folder)


def unsent_journals(root: Path) -> Iterator[str]:
    """Give the journals of runs of a project that were not sent, the oldest first."""
    for directory in _unsent(root):
        yield str(directory.read_record().get("journal") or directory.events)


def directory_of(path: Path) -> RunDirectory | None:
    """Return the directory of the run that a journal is of, if it is of this machine."""
    journal = os.path.realpath(path)
    found = (each for each in run_directories() if each.read_record().get("journal") == journal)
    return next(found, None)


def _unsent(root: Path) -> Iterator[RunDirectory]:
    return (each for each in run_directories(str(root)) if not each.is_owner_alive())


def _upload_file(path: Path, settings: Settings, say: Say) -> int:
    directory = directory_of(path)
    if directory is not None and directory.is_owner_alive():
        say(f"{path}: its run is under way, and is delivered at its end")
        return SOME
    lock = FileLock(directory.record if directory is not None else os.path.realpath(path))
    source = None
    try:
        if is_pipe(path):
            source = source_of_pipe(path, settings)
        elif lock.acquire():
            source = source_of(path, directory, settings)
        else:
            say(f"{path}: it is being delivered")
            return SOME
    except OSError as error:
        say(f"{path}: {why(error)}")
        return BAD_INPUT
    except (ValueError, RecursionError) as error:
        say(f"{path}: it holds no results: {error}")
        return BAD_INPUT
    else:
        return _upload_source(path, source, settings, say)
    finally:
        lock.release()
        if source is not None:
            source.let_go()
            _tell_of_receipts(path, source, say)


def _upload_source(path: Path, source: Source, settings: Settings, say: Say) -> int:
    if source.was_sent:
        say(f"{path}: {SENT}")
        return ALL
    report = _deliver(source, settings)
    for said in report.passed_over():
        say(f"{path}: {said}")
    for said in lines(report, (), source.again, ()):
        say(said)
    if settings.debug_enabled:
        for said in report.debug:
            say(said)
    if report.errors:
        status = SOME
    elif report.summary is not None and report.summary.results:
        status = ALL
        if not (report.uploaded or report.skipped or report.traced):
            say(f"{path}: {SENT}")
        source.is_accepted = True
    elif source.was_begun:
        status = ALL
    else:
        status = BAD_INPUT
        say(f"{path}: there are no results in it")
        source.is_empty = True
    return status


def _tell_of_receipts(path: Path, source: Source, say: Say) -> None:
    receipts = source.receipts
    if receipts.error is not None and os.path.exists(source.again):
        place, reason = receipts.place, why(receipts.error)
        say(f"{path}: another upload sends all of it again: {place} cannot be written: {reason}")


def _deliver(source: Source, settings: Settings) -> DeliveryReport:
    delivery = Delivery(
        source.reader,
        settings.but(json="", report="", **source.without),
        source.receipts,
        Deadline(settings.upload_timeout),
        progress=_progress,
    )
    try:
        return delivery.finish()
    except KeyboardInterrupt:
        return delivery.interrupt()
    finally:
        source.reader.close()


def _progress(sent: int, waiting: int, tries: int) -> None:
    """Show on a terminal how far it is."""
    del tries
    if sys.stderr.isatty():
        end = "" if waiting else "\n"
        print(f"\r{sent} of {sent + waiting} results", end=end, file=sys.stderr, flush=True)  # noqa: T201
