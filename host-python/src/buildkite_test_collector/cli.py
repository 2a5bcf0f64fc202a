"""The command `buildkite-test-collector`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="buildkite-test-collector",
        description="Sends test results to Buildkite Test Engine.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    commands.add_parser("env", help="print the run_env that would be sent from here")
    upload = commands.add_parser("upload", help="send the results of runs that were kept")
    upload.add_argument(
        "files", nargs="+", metavar="FILE", help="the events of a run, or a file of --json"
    )
    parsed = parser.parse_args(arguments)
    return print_env() if parsed.command == "env" else upload_files(parsed.files)


def upload_files(files: Sequence[str]) -> int:
    """Send the results of runs that were kept."""
    from .resend import resend
    from .settings import Settings

    return resend(files, Settings.of_environment(), _say)


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
