"""How bktec judges the result of a batch."""

from __future__ import annotations

from collections import Counter
from typing import Any

#: A dispatched test, and an entry of a report.
Test = dict[str, Any]
Entry = dict[str, Any]

#: Each dispatched test's outcome, by what names it.
Verdicts = dict[str, str]


def file(path: str) -> Test:
    """A whole file."""
    return {"format": "file", "path": path}


def selector(value: str) -> Test:
    """What the server has selected."""
    return {"format": "selector", "value": value}


def example(path: str, identifier: str | None = None) -> Test:
    """One test, by its node id."""
    test = {"format": "example", "path": path}
    return test if identifier is None else {**test, "identifier": identifier}


def name_of(test: Test) -> str:
    """What names a dispatched test."""
    return str(test.get("value") or test["path"])


def path_of(entry: Entry) -> str:
    """An entry's node id."""
    return f"{entry['scope']}::{entry['name']}" if entry["scope"] else str(entry["name"])


def judge(tests: list[Test], report: list[Entry]) -> tuple[Verdicts, list[Entry], str]:
    """The verdicts, the failed entries, and why all of it is errored, if it is."""
    problem = _problem(tests, report)
    if problem:
        return {name_of(test): "errored" for test in tests}, [], problem
    verdicts: Verdicts = {}
    for test in tests:
        results = {entry["result"] for entry in report if _is_of(entry, test)}
        if "failed" in results:
            verdict = "failed"
        elif not results and test["format"] == "example":
            verdict = "errored"
        else:
            verdict = "passed"
        verdicts[name_of(test)] = verdict
    return verdicts, [entry for entry in report if entry["result"] == "failed"], ""


def _problem(tests: list[Test], report: list[Entry]) -> str:
    twice = [path for path, count in Counter(map(path_of, report)).items() if count > 1]
    if twice:
        return f"{twice[0]} is in the report twice"
    for entry in report:
        count = sum(_is_of(entry, test) for test in tests)
        if count != 1:
            return f"{path_of(entry)} belongs to {count} dispatched tests"
    return ""


def _is_of(entry: Entry, test: Test) -> bool:
    if test["format"] == "example":
        return path_of(entry) == name_of(test)
    return bool(entry["file_name"] == name_of(test))
