"""Runs that were kept, sent after all: journals, and files that `--json` wrote."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from .delivery import Delivery
from .journal import Journal
from .surroundings import run_started
from .terminal import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .delivery import Outcome
    from .settings import Settings

#: Exit statuses: all was accepted; some was not, and remains; a file holds no results.
ALL, SOME, BAD_INPUT = 0, 1, 2


def resend(files: Sequence[str], settings: Settings, say: Callable[[str], None]) -> int:
    """Send what of each file was not accepted before, and return the worst exit status.

    A journal that is sent whole is removed; a results file is a user's, and stays.
    """
    if not settings.token:
        say("BUILDKITE_ANALYTICS_TOKEN is not set")
        return BAD_INPUT
    return max(_resend_file(Path(file), settings, say) for file in files)


def _resend_file(path: Path, settings: Settings, say: Callable[[str], None]) -> int:
    try:
        journal = _journal(path, settings)
    except (OSError, ValueError, RecursionError) as error:
        say(f"{path}: {error if isinstance(error, OSError) else f'it holds no results: {error}'}")
        return BAD_INPUT
    note = say if settings.debug_enabled else lambda _: None
    delivery = Delivery(journal, settings.but(json=""), _progress, note)
    try:
        outcome = delivery.finish()
    except KeyboardInterrupt:
        delivery.interrupted()
        outcome = delivery.outcome
    for line in outcome.rejected:
        say(f"{path}: line {line.number} was passed over: {line.reason}")
    for said in lines(outcome, (), journal.path, ()):
        say(said)
    if outcome.errors:
        return SOME
    if outcome.summary is None or not outcome.summary.results:
        say(f"{path}: there are no results in it")
        # What was made of a results file is ours to remove; what was named may be anything.
        if journal.path != path:
            journal.discard()
        return BAD_INPUT
    if not outcome.uploaded and not outcome.skipped:
        say(f"{path}: everything in it was accepted before")
    journal.discard()
    return ALL


def _journal(path: Path, settings: Settings) -> Journal:
    """Return the journal in a file, or one made of a results file; raises where it is neither."""
    with path.open("rb") as file:
        start = file.read(64).lstrip()
        if not start.startswith(b"["):
            return Journal(path)
        file.seek(0)
        results = json.loads(file.read())
    folder = Path(tempfile.mkdtemp(prefix="buildkite-test-collector-"))
    journal = Journal(folder / f"{path.stem}.ndjson")
    events = [run_started("pytest", _pytest_version(), settings)]
    for number, result in enumerate(results, 1):
        event = {"event": "result", "execution": number, "result": result}
        events.append(json.dumps(event, ensure_ascii=False, allow_nan=False))
    events.append('{"event":"run-finished","time":0}\n')
    journal.append("\n".join(events))
    return journal


def _pytest_version() -> str:
    from importlib.metadata import version

    return version("pytest")


def _progress(outcome: Outcome, waiting: int) -> None:
    """Show on a terminal how far it is."""
    if sys.stderr.isatty():
        sent = outcome.uploaded + outcome.skipped
        end = "" if waiting else "\n"
        print(f"\r{sent} of {sent + waiting} results", end=end, file=sys.stderr, flush=True)  # noqa: T201
