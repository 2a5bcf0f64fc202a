"""What arrived, drawn for a terminal of 100 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from .checks import check_lines
from .ink import Ink, plain, width
from .measures import count, seconds
from .table import COLOURS, COLUMNS, counts, mark, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .run import Run
    from .schema import JsonObject
    from .server import TestEngine

#: Columns of a label before its value.
LABEL = 9


def show(engine: TestEngine, out: TextIO, colour: bool | None = None) -> None:
    """Writes every run with its results, and what was found in the requests that brought them.

    ``colour``: ``None`` for colours on a terminal, unless NO_COLOR is set.
    """
    ink = Ink(out, colour)
    for run in engine.runs:
        write(run_lines(run, ink), out)
        write(table(run.executions, ink), out)
    write(total_lines(engine.executions, ink), out)
    write(check_lines(engine, ink), out)


def write(lines: Iterator[str], out: TextIO) -> None:
    """Writes the lines, and lets them be seen."""
    for line in lines:
        out.write(line.rstrip() + "\n")
    out.flush()


def run_lines(run: Run, ink: Ink) -> Iterator[str]:
    """Which CI run it is, from what the collector found in its environment."""
    env = {key: plain(str(value)) for key, value in run.run_env.items()}
    between = f" {ink.glyphs.between} "
    yield ""
    title = ink.fit(run.key, COLUMNS - 10).rstrip()
    rule = ink.glyphs.line
    yield (
        f"{ink(rule * 2, 'dim')} Run {ink(title, 'bold')} "
        f"{ink(rule * (COLUMNS - 8 - width(title)), 'dim')}"
    )
    yield ""
    language = f"language version {env['language_version']}" if "language_version" in env else ""
    facts = {
        "CI": between.join(filter(None, [env.get("CI"), env.get("number"), env.get("url")])),
        "branch": between.join(filter(None, [env.get("branch"), env.get("commit_sha")])),
        "message": env.get("message", ""),
        "runner": between.join(filter(None, [env.get("test_runner"), language])),
        "sent by": f"{env.get('collector', '')} {env.get('version', '')}".strip(),
        "tags": "  ".join(f"{k}={v}" for k, v in run.tags.items()),
        "run page": run.url,
    }
    for label, value in facts.items():
        if value:
            fitted = ink.fit(value, COLUMNS - LABEL - 4).rstrip()
            yield f"  {ink(f'{label:<{LABEL}}', 'dim')}  {fitted}"


def total_lines(results: Sequence[JsonObject], ink: Ink) -> Iterator[str]:
    """How many results of each kind, in numbers and in proportion."""
    if not results:
        return
    tally = counts(results)
    yield ""
    # By the ends of the shares, so that rounding neither loses a column nor adds one.
    line, seen, column = "", 0, 0
    for (name, colour), share in zip(COLOURS.items(), ink.glyphs.shares):
        seen += tally.get(name, 0)
        end = round(seen / len(results) * COLUMNS)
        line += ink(share * (end - column), colour)
        column = end
    yield line
    total = ink(count(len(results), "result"), "bold")
    parts = [f"{mark(name, ink)} {number:,} {name}" for name, number in tally.items()]
    took = seconds(sum(result["history"]["duration"] for result in results))
    yield "   ".join([total, *parts, ink(f"{took} in tests", "dim")])
