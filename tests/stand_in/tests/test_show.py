"""What a person gets to see."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from .. import TestEngine, faults, show
from ..ink import width
from .client import result, span, upload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..schema import JsonObject
    from .conftest import Start

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    """An output on which a person looks."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def drawn(engine: TestEngine, colour: bool | None = None) -> str:
    out = io.StringIO()
    show(engine, out, colour)
    return out.getvalue()


def lines_with(text: str, engine: TestEngine) -> Sequence[str]:
    return [line for line in drawn(engine).splitlines() if text in line]


def history(start_at: float, duration: float, *children: JsonObject) -> JsonObject:
    return {"start_at": start_at, "duration": duration, "children": list(children)}


def test_a_run_is_introduced(start: Start) -> None:
    engine, client = start()
    run_env = {
        "key": "k-1",
        "CI": "buildkite",
        "branch": "main",
        "commit_sha": "abc",
        "number": "7",
    }
    answer = client.post(upload(run_env=run_env, tags={"host": "big"})).json()
    page = drawn(engine)
    assert "Run k-1" in page
    for fact in ("buildkite · 7", "main · abc", "host=big", answer["run_url"]):
        assert fact in page


def test_results_are_grouped_and_counted(start: Start) -> None:
    engine, client = start()
    client.post(
        upload(
            result("one", scope="a.py::TestA"),
            result("two", scope="b.py", result="failed", failure_reason="assert 1 == 2"),
            result("three", scope="a.py::TestA", result="skipped"),
            result("four", scope="", file_name="c.py", result=None),
        )
    )
    page = drawn(engine)
    places = [page.index(text) for text in ("TestA", "one", "three", "b.py", "two", "c.py")]
    assert places == sorted(places)
    assert "✓ 1 ○ 1" in lines_with("TestA", engine)[0]
    assert "assert 1 == 2" in page
    assert "4 results   ✓ 1 passed   ✗ 1 failed   ○ 1 skipped   ? 1 unknown" in page


def test_tags_that_a_group_shares_are_told_once(start: Start) -> None:
    engine, client = start()
    client.post(
        upload(
            result("one", tags={"team": "shop", "speed": "slow"}),
            result("two", tags={"team": "shop"}),
            result("three", scope="b.py", tags={"a": "a" * 60, "b": "b" * 60}),
            result("four", scope="b.py", tags={"a": "a" * 60, "b": "b" * 60}),
        )
    )
    assert len(lines_with("a=aaa", engine)) == 1
    assert len(lines_with("team=shop", engine)) == 1
    assert "speed=slow" in lines_with("✓ one", engine)[0]


def test_spans_lie_where_they_were(start: Start) -> None:
    engine, client = start()
    inner = span("sql", start_at=12.5, end_at=15, duration=2.5)
    spans = [
        span("http", start_at=10, end_at=15, duration=5, children=[inner]),
        span("sleep", start_at=None, end_at=None, duration=5),
        span("annotation", start_at=15, end_at=15, duration=0),
        span("sql", start_at=19, end_at=29, duration=10, detail={"query": "beyond the end"}),
    ]
    client.post(upload(result(history=history(10, 10, *spans))))
    [http] = lines_with("http GET https://shop.example/", engine)
    assert http.endswith("█" * 21 + "·" * 21)
    assert http.lstrip().startswith("├")
    [sql] = lines_with("│ └ sql SELECT 1", engine)
    assert sql.endswith("  " + "·" * 10 + "█" * 10 + "▌" + "·" * 21)
    [sleep] = lines_with("sleep", engine)
    assert sleep.endswith("  " + "░" * 21)
    [annotation] = lines_with("annotation now", engine)
    assert annotation.endswith("  " + "·" * 21 + "◆" + "·" * 20)
    [beyond] = lines_with("beyond the end", engine)
    assert beyond.endswith("·" * 37 + "████▎")


def test_a_test_that_took_no_time_can_be_drawn(start: Start) -> None:
    engine, client = start()
    client.post(upload(result(history=history(1, 0, span()))))
    assert "1 result " in drawn(engine)


def test_what_was_checked_is_told(start: Start) -> None:
    engine, client = start(None, faults.Answer(503), faults.Hang(9), None)
    client.post(upload(result("a"), result("")))
    client.post()
    with pytest.raises(Exception, match="timed out"):
        client.post(timeout=0.3)
    engine.wait_for(3)
    client.post(upload(result("a")))
    page = drawn(engine)
    for finding in (
        "✗ 4 requests on 2 connections, 2 accepted",
        "request 2 was answered 503",
        "request 3 had no answer",
        "✗ 1 departure from the documented form",
        "request 1, data[1].name: '' should be non-empty",
        "✗ 1 result arrived more than once",
    ):
        assert finding in page
    assert re.search(r"[\d.]+ k?B on the wire for [\d.]+ k?B of JSON", page)


def test_all_well(start: Start) -> None:
    engine, client = start()
    client.post()
    page = drawn(engine)
    assert "✓ 1 request on 1 connection, 1 accepted" in page
    assert "✓ every upload and result is in the documented form" in page
    assert "✓ no result arrived twice" in page


def test_unchecked_results_are_not_called_checked(start: Start) -> None:
    engine, client = start(checks_results=False)
    client.post()
    assert "✓ every upload is in the documented form" in drawn(engine)


def test_nothing_arrived(start: Start) -> None:
    engine, _ = start()
    assert drawn(engine) == "\n? no request arrived\n"


def test_it_fits_and_steers_nothing(start: Start) -> None:
    engine, client = start()
    hostile = "\x1b[2J\x07 long " + "試験" * 80 + "e\u0301" * 9
    nested = span("annotation", detail={"content": hostile})
    for _ in range(40):
        nested = span(children=[nested])
    bad = result(
        hostile,
        scope=f"a.py::{hostile}",
        result="failed",
        failure_reason=hostile + "\n" + hostile,
        failure_expanded=[{"expanded": [], "backtrace": [hostile]}],
        tags={"a" * 60: "試" * 40, "b": "\x1b[31m"},
        history=history(1, 2, nested),
    )
    client.post(upload(bad, run_env={"key": hostile, "branch": hostile}))
    for line in drawn(engine).splitlines():
        assert line.isprintable()
        assert width(line) <= 100


def test_colours_change_nothing_else(start: Start) -> None:
    engine, client = start()
    client.post(upload(result(tags={"a": "b"}, history=history(1, 1, span(children=[span()])))))
    coloured = drawn(engine, colour=True)
    assert ESCAPES.sub("", coloured) == drawn(engine, colour=False) == drawn(engine)
    assert "\x1b[32m✓\x1b[0m" in coloured


def test_colours_are_for_terminals(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, client = start()
    client.post()
    monkeypatch.delenv("NO_COLOR", raising=False)
    show(engine, out := Terminal())
    assert ESCAPES.search(out.getvalue())
    monkeypatch.setenv("NO_COLOR", "1")
    show(engine, out := Terminal())
    assert not ESCAPES.search(out.getvalue())


def test_an_output_without_those_characters_gets_others(start: Start) -> None:
    engine, client = start()
    client.post(upload(result(history=history(1, 2, span(), span("sleep", start_at=None)))))
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    show(engine, out)
    assert "+ test_a" in raw.getvalue().decode("ascii")
