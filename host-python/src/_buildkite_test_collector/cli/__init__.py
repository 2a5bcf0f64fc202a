"""The command `buildkite-test-collector`."""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Sequence

from ..version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="buildkite-test-collector",
        description="Sends test results to Buildkite Test Engine.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    doctor = commands.add_parser("doctor", help="say whether an upload from here would work")
    doctor.add_argument("--json", action="store_true", help="say it as JSON")
    env = commands.add_parser("env", help="print what would be sent from here, and why")
    env.add_argument("--json", action="store_true", help="print the run_env alone, as JSON")
    upload = commands.add_parser("upload", help="send the results of runs that were kept")
    upload.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="the events of a run, or a file of --json; by default, what runs of this project left",
    )
    report = commands.add_parser("report", help="write a page to look at runs, as one HTML file")
    report.add_argument(
        "files", nargs="+", metavar="FILE", help="the events of a run, or a file of --json"
    )
    report.add_argument("--output", required=True, metavar="PAGE", help="where to write the page")
    parsed = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A terminal may lack characters that a commit's message has.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if parsed.command == "doctor":
        return examine(as_json=parsed.json)
    if parsed.command == "env":
        return print_env(as_json=parsed.json)
    if parsed.command == "report":
        return write_report(parsed.files, parsed.output)
    return upload_files(parsed.files)


def examine(*, as_json: bool) -> int:
    """Say whether an upload from here would work; the exit status is 0 where it would."""
    from ..settings import Settings
    from .doctor import doctor

    found, works = doctor(Settings.of_environment(), as_json=as_json)
    print(found)  # noqa: T201
    return 0 if works else 1


def upload_files(files: Sequence[str]) -> int:
    """Send the results of runs that were kept."""
    from ..settings import Settings
    from .upload import upload

    return upload(files, Settings.of_environment(), _say)


def write_report(files: Sequence[str], output: str) -> int:
    """Write a page to look at runs."""
    from ..settings import Settings
    from .report import report

    return report(files, output, Settings.of_environment(), _say)


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


def print_env(*, as_json: bool) -> int:
    """Print what would be sent from here, and where it comes from."""
    import pytest

    from ..component.component import Component
    from ..errors import ComponentError
    from ..settings import Settings
    from ..surroundings.run_started import run_started
    from .env import overview

    settings = Settings.of_environment()
    event = run_started("pytest", pytest.__version__, settings)
    try:
        component = Component(size=0)
        if as_json:
            run_env = json.loads(component.run_env(event))
            print(json.dumps(run_env, indent=2, ensure_ascii=False))  # noqa: T201
        else:
            print(overview(component, event, settings))  # noqa: T201
    except ComponentError as error:
        _say(f"buildkite-test-collector: {error}")
        return 1
    return 0
