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
    run.keep_page()
    run.keep_traces("protobuf", "")
    # What it says of rejected lines, in its own words and not in the class's.
    progress = run._call("feed", events)
    run.finish()
    uploads = list(every(lambda: run.take_upload(MAX_RESULTS)))
    results = list(every(lambda: run.take_results(MAX_RESULTS)))
    details = list(every(run.take_page_details))
    page = run.take_page()
    protobuf = list(every(lambda: run.take_traces(MAX_RESULTS)))
    other = component().run()
    other.keep_traces("json", "")
    other.feed(events)
    other.finish()
    traces = list(every(lambda: other.take_traces(MAX_RESULTS)))
    summary = vars(run._call("summary"))
    rejected = [
        {"line": each.line, "error": {each.error.tag: each.error.payload}}
        for each in progress.rejected
    ]
    files = {
        "uploads.ndjson": lines(upload.body for upload in uploads),
        "receipts.ndjson": lines(upload.receipt for upload in uploads),
        "results.ndjson": lines(results),
        "summary.json": json.dumps({**summary, "rejected": rejected}, indent=2, ensure_ascii=False)
        + "\n",
    }
    if details:
        files["details.ndjson"] = lines(details)
    if traces:
        files["traces.base64"] = lines(each.body for each in protobuf)
        files["traces.ndjson"] = lines(each.body for each in traces)
    if page is not None:
        files["columns.json"] = lines([page.columns])
        files["without-script.html"] = lines([page.without_script])
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


def test_a_host_of_the_version_before_finds_what_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an interface with the same major version all that there was is there."""
    before = "buildkite:test-collector/collector@2.0.0"
    monkeypatch.setattr("_buildkite_test_collector.component.component.INTERFACE", before)
    events = (CASES[0].parent / "every-result" / "events.ndjson").read_text("utf-8")
    run = Component(size=0).run(uploads=True, results=False)
    run.feed(events)
    run.finish()
    bodies = lines(upload.body for upload in every(lambda: run.take_upload(MAX_RESULTS)))

    assert bodies == (CASES[0].parent / "every-result" / "uploads.ndjson").read_text("utf-8")


def test_the_recipes_that_the_readme_shows() -> None:
    text = Path(__file__).with_name("README.md").read_text("utf-8")
    (shown,) = re.findall(r"^## Recipes$.*?```json\n(.*?)```", text, re.MULTILINE | re.DOTALL)
    start = re.findall(r'^    (\{"event":"run-started".*\})$', text, re.MULTILINE)[0]
    run = component().run(uploads=True, results=False)
    run.feed(f'{start}\n{shown}{{"event":"run-finished","time":3000000}}\n')
    run.finish()
    summary = run.summary()
    assert (run.rejected, summary.problems) == ([], [])
    assert (summary.failed, summary.skipped) == (1, 1)
    upload = run.take_upload(500)
    assert upload is not None
    reasons = [result["failure_reason"] for result in json.loads(upload.body)["data"]]
    assert reasons == ["no such module", "needs a printer"]
