"""The page of results: a row for each suite, of which a run rewrites its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .account import Account
from .table import SUITES, Suite

INTRODUCTION = """\
# Automatic spans change nothing

Written by `cargo xtask suites`, which runs the libraries' own tests, from their source
distributions, with `auto_spans=off`, with what the table says, and with `off` once more, on the
newest Python. It compares pytest's reports of the first two one by one: the same tests in the same
order with the same outcomes, and the same warnings at the same lines. What the garbage collector
finds is counted, wherever it runs, and numbers in texts are passed over. A test that goes otherwise
in the two runs with `off` is unreliable, and no difference. That calls of the library were recorded
is checked as well, of SQLAlchemy in each file.
"""

#: What has no suite to run.
NO_TESTS = (
    "- respx: no source distribution of it carries its tests; those of openai are answered by it.",
    "",
)

HEAD = (
    "| library | version | `auto_spans` | tests | fail in both | calls recorded | unreliable |"
    " differences |"
)
RULE = "|---|---|---|---:|---:|---:|---:|---:|"


def row(suite: Suite, off: Account, on: Account, unreliable: int, differences: int) -> str:
    """Return the row of a suite that was run."""
    library, failing = suite.sdist, len(set(off.failed) & set(on.failed))
    calls = sum(on.calls_of(suite.recorded[0]).values())
    numbers = (f"{n:,}" for n in (on.tests, failing, calls, unreliable, differences))
    cells = (suite.title, library.version, f"`{suite.auto_spans}`", *numbers)
    return f"| {' | '.join(cells)} |"


def write(path: Path, rows: Mapping[str, str]) -> None:
    """Write the page: rows by the names of their suites, and the earlier ones of all others."""
    earlier = path.read_text("utf-8").splitlines() if path.exists() else []
    if HEAD not in earlier:
        earlier = []
    table = [HEAD, RULE]
    for suite in SUITES:
        beginning = f"| {suite.title} | {suite.sdist.version} |"
        old = [line for line in earlier if line.startswith(beginning)]
        table += [rows[suite.name]] if suite.name in rows else old[:1]
    left_out = [
        f"- `{test}`: {reason}." for suite in SUITES for test, reason in suite.left_out.items()
    ]
    notes = [f"- {suite.title}: {suite.note}." for suite in SUITES if suite.note]
    reasons = [*notes, "", "## What is left out", "", *left_out, *NO_TESTS]
    path.write_text("\n".join([INTRODUCTION, *table, "", *reasons]), "utf-8")
