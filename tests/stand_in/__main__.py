"""``python -m stand_in``: a Test Engine to point a collector at, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from typing import TYPE_CHECKING

from .checks import check_lines, request_line
from .ink import Ink
from .server import TestEngine
from .show import run_lines, total_lines, write
from .table import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .request import Request


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until it is interrupted or terminated; 0 then."""
    options = _parser().parse_args(arguments)
    out = sys.stdout
    ink = Ink(out, {"always": True, "never": False}.get(options.color))
    shown: set[str] = set()
    # A shell's background job does not hear Ctrl-C; it is ended by `kill`.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    engine = TestEngine(
        options.token,
        port=options.port,
        certificate=options.certificate,
        key=options.key,
        on_request=lambda request: write(_arrival(engine, request, shown, ink), out),
    )
    with engine:
        write(_greeting(engine, ink), out)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass
    write(total_lines(engine.executions, ink), out)
    write(check_lines(engine, ink), out)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m stand_in",
        description="A stand-in for Buildkite Test Engine on 127.0.0.1, until Ctrl-C.",
    )
    parser.add_argument("--token", required=True, help="the only token that is let in")
    parser.add_argument("--port", type=int, default=0, help="where to listen (default: any port)")
    parser.add_argument("--certificate", metavar="PEM", help="speak TLS with this certificate")
    parser.add_argument("--key", metavar="PEM", help="its key, where that is another file")
    parser.add_argument(
        "--color",
        choices=["auto", "always", "never"],
        default="auto",
        help="auto: on a terminal, unless NO_COLOR is set",
    )
    return parser


def _greeting(engine: TestEngine, ink: Ink) -> Iterator[str]:
    yield f"{ink('Test Engine stands in at', 'dim')} {ink(engine.url, 'bold')}"
    yield ink("Point a collector at it, and press Ctrl-C for the totals:", "dim")
    yield f"  export BUILDKITE_ANALYTICS_API_URL={engine.url}"
    yield f"  export BUILDKITE_ANALYTICS_TOKEN={engine.token}"


def _arrival(engine: TestEngine, request: Request, shown: set[str], ink: Ink) -> Iterator[str]:
    """The request, and what it brought; its run where that is the first to be heard of it."""
    yield ""
    yield request_line(request, ink)
    for run in engine.runs:
        if request in run.requests and run.key not in shown:
            shown.add(run.key)
            yield from run_lines(run, ink)
    yield from table(request.kept, ink)


if __name__ == "__main__":
    sys.exit(main())
