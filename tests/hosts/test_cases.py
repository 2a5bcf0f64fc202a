"""The golden cases, by way of wasmtime-py."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest
from _buildkite_test_collector.component.component import Component
from _buildkite_test_collector.errors import ComponentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CASES = sorted(path.parent for path in Path(__file__).parents[1].glob("cases/*/events.ndjson"))

#: How many results are taken at a time, in every case.
MAX_RESULTS = 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path) -> None:
    events = (case / "events.ndjson").read_bytes().decode()
    expected = {file.name: file.read_bytes().decode() for file in case.iterdir()}
    del expected["events.ndjson"]

    assert outputs(events) == expected


def outputs(events: str) -> dict[str, str]:
    """Return what the component makes of events, by file name."""
    run = component().run(uploads=True, results=True)
    # What it says of rejected lines, in its own words and not in the class's.
    progress = run._call("feed", events)
    run.finish()
    uploads = list(every(lambda: run.take_upload(MAX_RESULTS)))
    summary = vars(run._call("summary"))
    rejected = [
        {"line": each.line, "error": {each.error.tag: each.error.payload}}
        for each in progress.rejected
    ]
    files = {
        "uploads.ndjson": lines(upload.body for upload in uploads),
        "receipts.ndjson": lines(upload.receipt for upload in uploads),
        "results.ndjson": lines(every(lambda: run.take_results(MAX_RESULTS))),
        "summary.json": json.dumps({**summary, "rejected": rejected}, indent=2, ensure_ascii=False)
        + "\n",
    }
    try:
        first = re.split("\r?\n", events, maxsplit=1)[0]
        files["run-env.json"] = component().run_env(first) + "\n"
    except ComponentError:
        pass
    return files


@functools.cache
def component() -> Component:
    """Return the one component of this process: compiling it takes half a second."""
    return Component()


def every(take: Callable[[], Any]) -> Iterator[Any]:
    """Take until there is nothing."""
    return iter(take, None)


def lines(texts: Iterable[str]) -> str:
    """Return texts as lines."""
    return "".join(f"{text}\n" for text in texts)


def test_the_smallest_run_that_the_readme_shows() -> None:
    text = Path(__file__).with_name("README.md").read_text("utf-8")
    shown = re.findall(r"^    (\{.*\})$", text, re.MULTILINE)
    run = component().run(uploads=True, results=False)
    run.feed("".join(f"{line}\n" for line in shown))
    run.finish()
    summary = run.summary()
    assert (run.rejected, summary.problems, summary.not_understood) == ([], [], 0)
    assert (summary.passed, summary.results) == (1, 1)
    upload = run.take_upload(500)
    assert upload is not None
    (result,) = json.loads(upload.body)["data"]
    assert result["history"]["duration"] == 0.0015
