"""The command `upload`: runs that were kept are sent after all, journals and files of `--json`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .. import private
from ..deadline import Deadline
from ..delivery.delivery import Delivery
from ..journal.limits import remove_old_runs
from ..journal.lock import FileLock
from ..journal.reader import JournalReader
from ..journal.receipts import Receipts
from ..journal.run_directory import RunDirectory, run_directories
from ..settings import Settings
from ..surroundings.run_started import run_started
from ..terminal import lines

#: Exit statuses: all was accepted; some was not, and remains; a file holds no results.
ALL, SOME, BAD_INPUT = 0, 1, 2

Say = Callable[[str], None]


def upload(files: Sequence[str], settings: Settings, say: Say) -> int:
    """Send what of each file was not accepted before, and return the worst exit status.

    Without files, those are sent that runs of this project have left behind. A journal that is sent
    whole is removed; a results file is a user's, and stays.
    """
    if not settings.token:
        say("BUILDKITE_ANALYTICS_TOKEN is not set")
        return BAD_INPUT
    root = project_root(Path.cwd())
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


def _unsent(root: Path) -> Iterator[RunDirectory]:
    return (each for each in run_directories(str(root)) if not each.is_owner_alive())


def _upload_file(path: Path, settings: Settings, say: Say) -> int:
    directory = _directory_of(path)
    if directory is not None and directory.is_owner_alive():
        say(f"{path}: its run is under way, and is delivered at its end")
        return SOME
    try:
        events = _events_of_results(path, settings)
        if events:
            # From here on it is like a run that was left unsent.
            directory = RunDirectory.make(str(Path.cwd()))
            Path(directory.events).write_text(events, encoding="utf-8")
        journal = directory.events if events and directory is not None else str(path)
        lock = FileLock(directory.record if directory is not None else journal)
        if not lock.acquire():
            say(f"{path}: it is being delivered")
            return SOME
    except (OSError, ValueError, RecursionError) as error:
        say(f"{path}: {error if isinstance(error, OSError) else f'it holds no results: {error}'}")
        return BAD_INPUT
    try:
        return _upload_journal(path, journal, directory, settings, say)
    finally:
        lock.release()
        if directory is not None and os.path.exists(directory.record):
            directory.keep_journal()


def _upload_journal(
    path: Path, journal: str, directory: RunDirectory | None, settings: Settings, say: Say
) -> int:
    receipts = Receipts(directory.receipts if directory is not None else "")
    receipts.move_to(journal)
    rest = [directory.rest] if directory is not None else []
    reader = JournalReader([journal, *rest])
    deadline = Deadline(settings.upload_timeout)
    delivery = Delivery(reader, settings.but(json=""), receipts, deadline, progress=_progress)
    try:
        report = delivery.finish()
    except KeyboardInterrupt:
        report = delivery.interrupt()
    finally:
        reader.close()
    for line in report.rejected:
        say(f"{path}: line {line.number} was passed over: {line.reason}")
    for said in lines(report, (), journal, ()):
        say(said)
    if settings.debug_enabled:
        for said in report.debug:
            say(said)
    if report.errors:
        return SOME
    if report.summary is None or not report.summary.results:
        say(f"{path}: there are no results in it")
        # What was made of a results file is ours to remove; what was named may be anything.
        if journal != str(path) and directory is not None:
            directory.remove()
        return BAD_INPUT
    if not report.uploaded and not report.skipped:
        say(f"{path}: everything in it was accepted before")
    private.remove(journal)
    if directory is not None:
        directory.remove()
    return ALL


def _directory_of(path: Path) -> RunDirectory | None:
    """Return the directory of the run that a journal is of, if it is of this machine."""
    journal = os.path.realpath(path)
    found = (each for each in run_directories() if each.read_record().get("journal") == journal)
    return next(found, None)


def _events_of_results(path: Path, settings: Settings) -> str:
    """Return the events that the results in a file make; none where it is a journal."""
    with path.open("rb") as file:
        start = file.read(64).lstrip()
        if not start.startswith(b"["):
            return ""
        file.seek(0)
        results = json.loads(file.read())
    events = [run_started("pytest", _pytest_version(), settings)]
    for number, result in enumerate(results, 1):
        event = {"event": "result", "execution": number, "result": result}
        events.append(json.dumps(event, ensure_ascii=False, allow_nan=False))
    events.append('{"event":"run-finished","time":0}\n')
    return "\n".join(events)


def _pytest_version() -> str:
    from importlib.metadata import version

    return version("pytest")


def _progress(sent: int, waiting: int, tries: int) -> None:
    """Show on a terminal how far it is."""
    del tries
    if sys.stderr.isatty():
        end = "" if waiting else "\n"
        print(f"\r{sent} of {sent + waiting} results", end=end, file=sys.stderr, flush=True)  # noqa: T201
