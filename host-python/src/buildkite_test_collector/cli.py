"""The command `buildkite-test-collector`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .delivery import Outcome
    from .settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="buildkite-test-collector",
        description="Sends test results to Buildkite Test Engine.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    commands.add_parser("env", help="print the run_env that would be sent from here")
    upload = commands.add_parser("upload", help="send the results of runs whose events were kept")
    upload.add_argument("files", nargs="+", metavar="FILE", help="the events of a run")
    parsed = parser.parse_args(arguments)
    return print_env() if parsed.command == "env" else upload_files(parsed.files)


def upload_files(files: Sequence[str]) -> int:
    """Send what of each run was not accepted before; a file that is sent whole is removed.

    Returns:
        0 where all was accepted, 1 where some was not, 2 where a file holds no run, or there is no
        token.
    """
    from .settings import Settings

    settings = Settings.of_environment()
    if not settings.token:
        _say("BUILDKITE_ANALYTICS_TOKEN is not set")
        return 2
    return max(_upload_file(Path(file), settings) for file in files)


def _upload_file(path: Path, settings: Settings) -> int:
    from .delivery import Delivery
    from .journal import Journal
    from .terminal import lines

    if not path.is_file():
        _say(f"{path}: no such file")
        return 2
    journal = Journal(path)
    journal.mend()
    delivery = Delivery(journal, replace(settings, json=""), _progress, _noter(settings))
    outcome = delivery.finish()
    for line in outcome.rejected:
        _say(f"{path}: line {line.number} was passed over: {line.reason}")
    for said in lines(outcome, path):
        _say(said)
    if outcome.errors:
        return 1
    if outcome.summary is None or not outcome.summary.results:
        _say(f"{path}: there are no results in it")
        return 2
    if not outcome.uploaded:
        _say(f"{path}: everything in it was accepted before")
    journal.discard()
    return 0


def _progress(outcome: Outcome, waiting: int) -> None:
    """Show on a terminal how far it is."""
    if sys.stderr.isatty():
        end = "" if waiting else "\n"
        total = outcome.uploaded + outcome.skipped + waiting
        print(f"\r{outcome.uploaded} of {total} results", end=end, file=sys.stderr, flush=True)  # noqa: T201


def _noter(settings: Settings) -> Callable[[str], None]:
    return _say if settings.debug_enabled else lambda _: None


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


def print_env() -> int:
    """Print the `run_env` that would be sent from here, as JSON."""
    import pytest

    from .component import Component
    from .errors import ComponentError
    from .surroundings import run_started

    try:
        run_env = Component().run_env(run_started("pytest", pytest.__version__))
    except ComponentError as error:
        print(f"buildkite-test-collector: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(json.dumps(json.loads(run_env), indent=2, ensure_ascii=False))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
