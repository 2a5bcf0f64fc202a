"""Runs as the component packs them, made up: of any size, and with any texts."""

from __future__ import annotations

import base64
import gzip
import html
import json
from dataclasses import dataclass, field
from typing import Any

#: A test's spans: section, start, duration (µs), steps up to the parent, detail.
Span = tuple[str, int, int, int, dict[str, Any]]

#: How much of a block of failure texts is filled before the next one begins.
BLOCK_BYTES = 256 * 1024


@dataclass
class Test:
    """An execution, with times in µs."""

    name: str
    scope: str = "tests/test_cart.py::TestCart"
    file: str = "tests/test_cart.py"
    line: int = 1
    start: int = 0
    duration: int = 1_000
    setup: int = 0
    teardown: int = 0
    result: str = "passed"
    worker: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    expanded: list[dict[str, list[str]]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    # pytest collects nothing here.
    __test__ = False


class _Table:
    """Values, each once."""

    def __init__(self, first: Any) -> None:
        self.values = [first]
        self._places = {json.dumps(first): 0}

    def __call__(self, value: Any) -> int:
        place = self._places.setdefault(json.dumps(value), len(self.values))
        if place == len(self.values):
            self.values.append(value)
        return place


def _differences(values: list[int]) -> list[int]:
    return [value - before for before, value in zip([0, *values], values)]


@dataclass
class Run:
    """A run of tests, in the order in which they were settled."""

    tests: list[Test]
    name: str = ""
    started_at: float | None = 1_790_000_000_000.0
    facts: dict[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """Return the run as columns, but for the failures' texts."""
        text, tags = _Table(""), _Table([])
        tests = self.tests
        spans = [span for test in tests for span in test.spans]
        results = [test.result for test in tests]
        return {
            "format": 1,
            "id": "0193ab3b-0000-4000-8000-000000000000",
            "started_at": self.started_at,
            "duration": max((test.start + test.duration for test in tests), default=0),
            "run_env": {},
            "location_prefix": None,
            "runner": {"name": "pytest", "version": "8.4.2"},
            "language": {"name": "python", "version": "3.13.0"},
            "collector": {"name": "python-buildkite-test-collector", "version": "2.1.0"},
            "status": int("failed" in results),
            "aborted": None,
            "tags": {},
            "counts": {
                result: results.count(result)
                for result in ("passed", "failed", "skipped", "unknown")
            },
            "problems": [],
            "cut": {"failures": 0},
            **self.facts,
            "tests": {
                "number": _differences(list(range(len(tests)))),
                "scope": [text(test.scope) for test in tests],
                "name": [text(test.name) for test in tests],
                "file": [text(test.file) for test in tests],
                "line": [test.line for test in tests],
                "start": _differences([test.start for test in tests]),
                "duration": [test.duration for test in tests],
                "setup": [test.setup for test in tests],
                "teardown": [test.teardown for test in tests],
                "result": "".join(result[0] for result in results),
                "worker": [text(test.worker) for test in tests],
                "tags": [
                    tags([text(word) for pair in test.tags.items() for word in pair])
                    for test in tests
                ],
                "reason": [text(test.reason[:300].partition("\n")[0]) for test in tests],
                "spans": [len(test.spans) for test in tests],
            },
            "spans": {
                "section": "".join(_LETTERS[section] for section, *_ in spans),
                "start": [start for _, start, *_ in spans],
                "duration": [duration for _, _, duration, *_ in spans],
                "up": [up for _, _, _, up, _ in spans],
                "detail": [text(json.dumps(detail, separators=(",", ":"))) for *_, detail in spans],
            },
            "strings": text.values,
            "tag_sets": tags.values,
            "details": [end for end, _ in self._blocks()],
        }

    def _blocks(self) -> list[tuple[int, str]]:
        """Return the failures' texts as blocks, each with the index of the first test after it."""
        blocks, block, size = [], {}, 0
        for index, test in enumerate(self.tests):
            if test.reason or test.expanded:
                block[index] = {"failure_reason": test.reason, "failure_expanded": test.expanded}
                size += len(json.dumps(block[index]))
            if size > BLOCK_BYTES:
                blocks.append((index + 1, json.dumps(block)))
                block, size = {}, 0
        if block:
            blocks.append((len(self.tests), json.dumps(block)))
        return blocks

    def html(self, number: int) -> str:
        """Return what a page carries of the run."""
        run = f'data-run="{number}"'
        details = [
            f'<script type="text/plain" class="details" {run}>{packed(block)}</script>'
            for _, block in self._blocks()
        ]
        columns = json.dumps(self.columns(), separators=(",", ":"))
        name = f'data-name="{html.escape(self.name)}"'
        carried = f'class="columns" {run} {name}>{packed(columns)}'
        return "\n".join(
            [
                f"<noscript><p>{len(self.tests)} tests</p></noscript>",
                *details,
                f'<script type="text/plain" {carried}</script>',
            ]
        )


_LETTERS = {"http": "h", "sql": "q", "sleep": "z", "annotation": "n"}


def packed(text: str) -> str:
    """Return a text as a page carries it."""
    return base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


def page(shell: str, runs: list[Run]) -> str:
    """Return the page of these runs."""
    before, after = shell.split("<!--runs-->")
    return before + "\n".join(run.html(number) for number, run in enumerate(runs)) + after
