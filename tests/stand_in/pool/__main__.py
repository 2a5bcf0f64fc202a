"""``python -m stand_in.pool``: a pool to try a runner with, as `bktec pool exec` would run it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .host import Exchange, PoolHost
from .judge import Test, example, file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a pool; 0 where the runner has succeeded, and every test passed."""
    arguments = sys.argv[1:] if arguments is None else arguments
    split = [*arguments, "--"].index("--")
    options = _parser().parse_args(arguments[:split])
    command = arguments[split + 1 :] or ["buildkite-pytest"]
    tests = [_test(each) for each in options.tests]
    batches = [tests[at : at + options.size] for at in range(0, len(tests), options.size)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runner.sock"
        with PoolHost(path, batches, retries=options.retries, on_exchange=_show) as host:
            environ = {**os.environ, "BUILDKITE_TEST_ENGINE_RUNNER_SOCKET": str(path)}
            status = subprocess.run(command, env=environ, check=False).returncode
    print(f"the runner's exit status: {status}")
    for name, verdict in host.verdicts.items():
        print(f"{verdict:8} {name}")
    for batch, error in host.errors.items():
        print(f"{batch}: {error}")
    return 0 if status == 0 and set(host.verdicts.values()) <= {"passed"} else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stand_in.pool",
        description="A pool of tests for a runner, whose command comes behind --.",
    )
    parser.add_argument("tests", nargs="+", help="files, and single tests by their node ids")
    parser.add_argument("--size", type=int, default=1, help="how many tests a batch has")
    parser.add_argument("--retries", type=int, default=0, help="how often failed tests run again")
    return parser


def _test(text: str) -> Test:
    return example(text) if "::" in text else file(text)


def _show(exchange: Exchange) -> None:
    sent, got = exchange.content[:300].decode("utf-8", "replace"), exchange.answer
    print(f"» {exchange.short}\n  {sent}\n  {got}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
