"""What Test Engine answers, and what the stand-in remembers."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING

import pytest

from .client import result, upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .conftest import Start


def test_an_upload_is_accepted(start: Start) -> None:
    engine, client = start()
    before = time.monotonic()
    body = upload(result("a"), result("b"), key="build 7", tags={"team": "shop"})
    response = client.post(body)

    assert response.status == 202
    answer = response.json()
    assert set(answer) == {"id", "run_id", "queued", "skipped", "errors", "run_url"}
    assert (answer["queued"], answer["skipped"], answer["errors"]) == (2, 0, [])

    [request] = engine.requests
    assert (request.status, request.taken, request.problems) == (202, True, ())
    assert (request.method, request.path) == ("POST", "/v1/uploads")
    assert request.body == body
    assert request.headers["content-encoding"] == "gzip"
    assert request.wire_size == int(request.headers["Content-Length"])
    assert request.size == len(json.dumps(body))
    assert before <= request.received_at <= time.monotonic()
    assert engine.executions == [result("a"), result("b")]

    [run] = engine.runs
    assert (run.key, run.url, run.tags) == ("build 7", answer["run_url"], {"team": "shop"})
    assert run.executions == engine.executions


def test_uploads_with_one_key_are_one_run(start: Start) -> None:
    engine, client = start()
    urls = [
        client.post(upload(result(name), key=key)).json()["run_url"]
        for name, key in [("a", "x"), ("b", "y"), ("c", "x")]
    ]
    assert urls[0] == urls[2] != urls[1]
    names = {run.key: [test["name"] for test in run.executions] for run in engine.runs}
    assert names == {"x": ["a", "c"], "y": ["b"]}


def test_a_bad_result_is_skipped_alone(start: Start) -> None:
    engine, client = start()
    answer = client.post(upload(result("a"), result("b", history=None), result("c"))).json()
    assert (answer["queued"], answer["skipped"], len(answer["errors"])) == (2, 1, 1)
    assert [execution["name"] for execution in engine.executions] == ["a", "c"]
    assert engine.requests[0].problems == ("data[1]: 'history' is a required property",)


def test_results_need_not_be_checked(start: Start) -> None:
    engine, client = start(checks_results=False)
    assert client.post(upload(result(history=None))).json()["skipped"] == 0
    assert len(engine.executions) == 1


def test_a_bad_envelope_refuses_all(start: Start) -> None:
    engine, client = start()
    response = client.post(upload(result(), run_env={"CI": "generic"}))
    assert response.status == 422
    assert "'key' is a required property" in response.json()["message"]
    assert (engine.executions, engine.runs) == ([], [])


def test_five_thousand_results_are_the_most(start: Start) -> None:
    _, client = start(checks_results=False)
    assert client.post(upload(*[result()] * 5_000)).json()["queued"] == 5_000
    assert client.post(upload(*[result()] * 5_001)).status == 422


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        pytest.param(401, {"Authorization": None}, id="no token"),
        pytest.param(401, {"Authorization": 'Token token="another"'}, id="another token"),
        pytest.param(401, {"Authorization": "Bearer stand-in-token"}, id="another scheme"),
        pytest.param(415, {"Content-Type": None}, id="no content type"),
        pytest.param(415, {"Content-Type": "text/plain"}, id="another content type"),
        pytest.param(415, {"Content-Encoding": "br"}, id="an unknown encoding"),
        pytest.param(400, {"Content-Encoding": None}, id="gzip that is not announced"),
        pytest.param(202, {"Content-Type": "application/json; charset=utf-8"}, id="a charset"),
    ],
)
def test_headers_are_checked(start: Start, status: int, headers: Mapping[str, str | None]) -> None:
    engine, client = start()
    response = client.post(headers=headers)
    assert response.status == engine.requests[0].status == status
    assert (status == 202) != ("message" in response.json())
    assert bool(engine.requests[0].problems) == (status != 202)


@pytest.mark.parametrize(
    ("status", "method", "path"),
    [(404, "POST", "/uploads/"), (404, "POST", "//uploads"), (405, "GET", "/uploads")],
)
def test_uploads_have_one_address(start: Start, status: int, method: str, path: str) -> None:
    _, client = start()
    assert client.post(method=method, path=path).status == status


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b'{"a": -Infinity}', id="infinity"),
        pytest.param(b'{"a": 1e999}', id="a number beyond all floats"),
        pytest.param(b'{"a": "\\uD800"}', id="a lone surrogate"),
        pytest.param(b'{"a": "\xff"}', id="another encoding"),
        pytest.param(b"[" * 200_000, id="endless nesting"),
    ],
)
def test_what_is_not_json_is_refused(start: Start, text: bytes) -> None:
    _, client = start()
    response = client.post(text)
    assert response.status == 400
    assert response.json()["message"].startswith("The body is not JSON")


def test_broken_gzip_is_refused(start: Start) -> None:
    _, client = start()
    whole = gzip.compress(b"{}")
    for broken in (whole[:-9], b"{}", b""):
        assert client.post(broken, headers={"Content-Encoding": "gzip"}).status == 400


def test_a_pair_of_surrogates_is_one_character(start: Start) -> None:
    engine, client = start()
    client.post(json.dumps(upload(result("\N{SNAKE}"))).encode())
    assert engine.executions[0]["name"] == "\N{SNAKE}"
