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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    env = commands.add_parser("env", help="print the run_env that would be sent from here")
    env.set_defaults(command=print_env)
    parsed = parser.parse_args(arguments)
    status: int = parsed.command()
    return status


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
