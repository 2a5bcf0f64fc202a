"""The command `buildkite-pytest`."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence

import pytest

from . import NAME

#: Exit statuses of pytest's that say what became of tests, which bktec judges by the reports.
JUDGED_BY_REPORTS = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


def main(args: Sequence[str] | None = None) -> int:
    """Run the tests that bktec hands out, and return the exit status.

    Args:
        args: pytest's options; those of the command line by default.

    Returns:
        0 once bktec has said that there is no more, whatever the tests did; 4 for options that a
        pool cannot have; any other for a runner that failed, after which bktec fails the job.
    """
    if not hasattr(socket, "AF_UNIX"):
        print(  # noqa: T201
            f"ERROR: {NAME} needs Unix sockets, which Python does not have on this system: "
            "bktec's pools are for Linux and macOS",
            file=sys.stderr,
        )
        return int(pytest.ExitCode.USAGE_ERROR)
    from .runner import PoolRunner

    runner = PoolRunner()
    status = int(pytest.main(None if args is None else list(args), plugins=[runner]))
    if not runner.has_begun:
        return status
    if status not in JUDGED_BY_REPORTS:
        return status
    return 0 if runner.is_done else 1
