"""The documented form: what it takes, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ..schema import COMPLAINT_LENGTH, SCHEMA, JsonObject, envelope_problems, result_problems
from .client import result, span, upload, with_spans

HISTORY = {"start_at": 1.0, "duration": 0.5}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_file_alone_says_the_same() -> None:
    whole = Draft202012Validator(SCHEMA)
    assert whole.is_valid(upload(result(), with_spans(span())))
    assert not whole.is_valid(upload(result(history=None)))


@pytest.mark.parametrize(
    "accepted",
    [
        pytest.param({"name": "a", "history": HISTORY}, id="what is required"),
        pytest.param(result(), id="what collectors send"),
        pytest.param(result(history={"start_at": 0, "duration": 0}), id="whole numbers"),
        pytest.param(result(name="試験[a::b]"), id="any name"),
        pytest.param(result(scope=""), id="no scope"),
        pytest.param(result(result="unknown"), id="unknown"),
        pytest.param(result(failure_expanded=[]), id="no failures"),
        pytest.param(
            result(failure_expanded=[{"expanded": ["E  1 == 2"], "backtrace": []}]), id="a failure"
        ),
        pytest.param(result(tags={f"k{n}": "v" for n in range(10)}), id="ten tags"),
        pytest.param(result(tags={"a." + "b" * 61: "v" * 127}), id="long tags"),
        pytest.param(result(tags={"mute": "v", "Service_a-b.c": "ü"}), id="tags of all letters"),
        pytest.param(with_spans(span("http"), span("sql"), span("annotation")), id="sections"),
        pytest.param(with_spans({"section": "sleep", "duration": 0.1}), id="a sleep"),
        pytest.param(with_spans(span(children=[span(children=[span()])])), id="spans in spans"),
        pytest.param(
            with_spans(span("sql", detail={"query": "SELECT 1", "rows": 3})), id="more detail"
        ),
    ],
)
def test_accepted_results(accepted: JsonObject) -> None:
    assert result_problems(accepted, 0) == []


@pytest.mark.parametrize(
    ("refused", "where"),
    [
        pytest.param([], "data[4]", id="no object"),
        pytest.param(result(name=None), "data[4]", id="no name"),
        pytest.param(result(name=""), "data[4].name", id="an empty name"),
        pytest.param(result(name=1), "data[4].name", id="a name that is no text"),
        pytest.param(result(history=None), "data[4]", id="no history"),
        pytest.param(result(history={"start_at": 1}), "data[4].history", id="no duration"),
        pytest.param(result(history={"duration": 1}), "data[4].history", id="no start"),
        pytest.param(
            result(history={"start_at": 1, "duration": -1e-9}),
            "data[4].history.duration",
            id="a negative duration",
        ),
        pytest.param(
            result(history={**HISTORY, "start_at": True}), "data[4].history.start_at", id="a truth"
        ),
        pytest.param(
            result(history={**HISTORY, "section": "sql"}), "data[4].history.section", id="not top"
        ),
        pytest.param(result(result="pending"), "data[4].result", id="another result"),
        pytest.param(result(filename="a.py"), "data[4]", id="a misspelt field"),
        pytest.param(result(failure_reason=["a"]), "data[4].failure_reason", id="two reasons"),
        pytest.param(
            result(failure_expanded=[{"expanded": []}]),
            "data[4].failure_expanded[0]",
            id="a failure without backtrace",
        ),
        pytest.param(
            result(failure_expanded=[{"backtrace": []}]),
            "data[4].failure_expanded[0]",
            id="a failure without text",
        ),
        pytest.param(
            result(failure_expanded=[{"expanded": "E", "backtrace": []}]),
            "data[4].failure_expanded[0].expanded",
            id="a failure of one text",
        ),
    ],
)
def test_refused_results(refused: Any, where: str) -> None:
    problems = result_problems(refused, 4)
    assert problems
    assert problems[0].startswith(f"{where}: ")


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(span(section="top"), id="a section of the history alone"),
        pytest.param(span(section=None), id="no section"),
        pytest.param(span(duration=None), id="no duration"),
        pytest.param(span(duration="1"), id="a duration that is no number"),
        pytest.param(span(start_at="1"), id="a start that is no number"),
        pytest.param(span(colour="red"), id="a field that is not known"),
        pytest.param(span("http", detail=None), id="http without detail"),
        pytest.param(span("http", detail={"method": "GET", "url": "/"}), id="http without lib"),
        pytest.param(
            span("http", detail={"method": "get", "url": "/", "lib": "x"}),
            id="http in small letters",
        ),
        pytest.param(span("sql", detail=None), id="sql without detail"),
        pytest.param(span("sql", detail={}), id="sql without query"),
        pytest.param(span("sql", detail={"query": None}), id="sql with an empty query"),
        pytest.param(span("annotation", detail=None), id="annotation without detail"),
        pytest.param(span("annotation", detail={"text": "a"}), id="annotation without content"),
        pytest.param(span("sleep", detail="a"), id="a detail that is no object"),
    ],
)
def test_refused_spans(refused: JsonObject) -> None:
    assert result_problems(with_spans(refused), 0) != []
    assert result_problems(with_spans(span(children=[refused])), 0) != []


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({f"k{n}": "v" for n in range(11)}, id="eleven"),
        pytest.param({"": "v"}, id="an empty key"),
        pytest.param({"1a": "v"}, id="a digit first"),
        pytest.param({"a b": "v"}, id="a space"),
        pytest.param({"a\n": "v"}, id="a line break last"),
        pytest.param({"ä": "v"}, id="a letter that is not ASCII"),
        pytest.param({"a" * 64: "v"}, id="a long key"),
        pytest.param({"mut": "v"}, id="a reserved key"),
        pytest.param({"mut.a": "v"}, id="a reserved prefix"),
        pytest.param({"a.b": "v", "a": "v"}, id="a prefix of another"),
        pytest.param({"a.b.c": "v", "a": "v"}, id="a prefix of a prefix"),
        pytest.param({"a": ""}, id="an empty value"),
        pytest.param({"a": " \t"}, id="a blank value"),
        pytest.param({"a": "v" * 128}, id="a long value"),
        pytest.param({"a": "ü" * 64}, id="a value of many bytes"),
        pytest.param({"a": 1}, id="a value that is no text"),
        pytest.param(["a"], id="no object"),
    ],
)
def test_refused_tags(tags: Any) -> None:
    assert result_problems(result(tags=tags), 0) != []
    assert envelope_problems(upload(tags=tags)) != []


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param([], id="no object"),
        pytest.param(upload(format=None), id="no format"),
        pytest.param(upload(format="junit"), id="another format"),
        pytest.param(upload(run_env=None), id="no run_env"),
        pytest.param(upload(run_env={}), id="no key"),
        pytest.param(upload(key=""), id="an empty key"),
        pytest.param(upload(run_env={"key": "a", "number": 42}), id="a number that is no text"),
        pytest.param(upload(data=None), id="no data"),
        pytest.param(upload(data={}), id="data that is no list"),
        pytest.param(upload(*[result()] * 5_001), id="too many results"),
        pytest.param(upload(results=[]), id="a field that is not known"),
    ],
)
def test_refused_envelopes(refused: Any) -> None:
    assert envelope_problems(refused) != []


def test_an_envelope_is_judged_without_its_results() -> None:
    assert envelope_problems(upload(result(history=None))) == []


def test_complaints_are_short() -> None:
    [problem] = envelope_problems(upload(*[result()] * 5_001))
    assert len(problem) < COMPLAINT_LENGTH + 20
    assert problem.endswith("is too long")


def test_spans_without_end_are_a_problem_and_no_crash() -> None:
    deepest = nested = span(children=[])
    for _ in range(2_000):
        nested = span(children=[nested])
    deepest["section"] = "nothing"
    assert result_problems(with_spans(nested), 0) == [
        "data[0]: spans are nested too deep to be checked"
    ]
