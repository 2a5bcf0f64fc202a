"""Each fault, as a client meets it."""

from __future__ import annotations

import socket
import time
from itertools import repeat
from typing import TYPE_CHECKING

import pytest
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from ..faults import Answer, Delay, Drip, Hang, Redirect, Reset
from .client import result, upload

if TYPE_CHECKING:
    from ..exchange import Exchange
    from .conftest import Start


def test_a_script_is_followed_and_then_over(start: Start) -> None:
    engine, client = start(Answer(503), None, Answer(429, {"Retry-After": "1"}))
    assert [client.post().status for _ in range(5)] == [503, 202, 429, 202, 202]
    assert [request.status for request in engine.requests] == [503, 202, 429, 202, 202]
    assert len(engine.executions) == 3


def test_a_script_may_be_endless(start: Start) -> None:
    engine, client = start(script=repeat(Answer(500)))
    assert {client.post().status for _ in range(5)} == {500}
    assert engine.runs == []


@pytest.mark.parametrize(
    ("body", "data"),
    [(b"\x00", b"\x00"), ("oops", b"oops"), ({"message": "no"}, b'{"message": "no"}')],
)
def test_answer(start: Start, body: object, data: bytes) -> None:
    engine, client = start(Answer(403, {"X-Reason": "plan"}, body))
    response = client.post(upload(result("a")))
    assert (response.status, response.data) == (403, data)
    assert response.headers["X-Reason"] == "plan"
    # What was sent is recorded all the same.
    assert engine.requests[0].body == upload(result("a"))
    assert engine.executions == []


def test_an_answer_can_lie_in_both_ways(start: Start) -> None:
    engine, client = start(Answer(202, body="lost"), Answer(500, taken=True))
    client.post(upload(result("lost")))
    client.post(upload(result("kept")))
    assert [execution["name"] for execution in engine.executions] == ["kept"]


def test_what_would_be_refused_is_never_taken(start: Start) -> None:
    engine, client = start(Answer(500, taken=True))
    client.post({"format": "json"})
    assert (engine.requests[0].taken, engine.runs) == (False, [])


def test_redirect(start: Start) -> None:
    engine, client = start(Redirect("https://elsewhere.example/"), Redirect("/v1/b", status=308))
    answers = [client.post() for _ in range(2)]
    assert [answer.status for answer in answers] == [307, 308]
    assert answers[0].headers["Location"] == "https://elsewhere.example/"
    assert engine.executions == []


@pytest.mark.parametrize(("step", "is_read"), [(Reset("before-body"), False), (Reset(), True)])
def test_reset(start: Start, step: Reset, is_read: bool) -> None:
    engine, client = start(step)
    # More than sockets buffer: where the server does not read, the client is still sending.
    body = b" " * 8_000_000 + b"{}"
    with pytest.raises(ProtocolError):
        client.post(body)
    [request] = engine.requests
    assert request.status is None
    assert request.wire_size == (len(body) if is_read else 0)
    # The next request comes on a connection of its own, and is served.
    assert client.post().status == 202
    assert engine.requests[1].connection == 2


def test_a_reset_is_no_orderly_end(start: Start) -> None:
    engine, _ = start(Reset("before-body"))
    with socket.create_connection(("127.0.0.1", engine.port)) as client:
        client.sendall(b"POST /v1/uploads HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_reset_can_hide_that_the_upload_was_taken(start: Start) -> None:
    engine, client = start(Reset(taken=True))
    with pytest.raises(ProtocolError):
        client.post(upload(result("a")))
    client.post(upload(result("a")))
    assert [execution["name"] for execution in engine.executions] == ["a", "a"]


def test_hang_before_headers(start: Start) -> None:
    engine, client = start(Hang(30))
    with pytest.raises(ReadTimeoutError):
        client.post(timeout=0.1)
    engine.wait_for(1)
    assert engine.requests[0].status is None


def test_hang_after_headers(start: Start) -> None:
    engine, client = start(Hang(30, when="after-headers"))
    began = time.monotonic()
    # urllib3 reads the body too before it gives the response away.
    with pytest.raises(ReadTimeoutError):
        client.post(timeout=0.1)
    assert time.monotonic() - began < 1
    engine.wait_for(1)
    assert (engine.requests[0].status, engine.executions) == (202, [])


def test_a_hang_ends_with_the_connection(start: Start) -> None:
    _, client = start(Hang(0.05))
    with pytest.raises(ProtocolError, match="closed connection without response"):
        client.post()


def test_drip(start: Start) -> None:
    engine, client = start(Drip(bytes_per_second=500))
    began = time.monotonic()
    # No single read waits for long.
    response = client.post(timeout=0.3)
    assert response.json()["queued"] == 1
    assert time.monotonic() - began > 0.5
    assert len(engine.executions) == 1


def test_delay(start: Start) -> None:
    engine, client = start(Delay(0.2), Delay(0.1, then=Answer(503)))
    began = time.monotonic()
    assert client.post().status == 202
    assert time.monotonic() - began >= 0.2
    assert client.post().status == 503
    assert len(engine.executions) == 1


def test_what_a_delayed_server_does_it_does_without_the_client(start: Start) -> None:
    engine, client = start(Delay(0.2))
    with pytest.raises(ReadTimeoutError):
        client.post(timeout=0.05)
    engine.wait_for(1)
    assert len(engine.executions) == 1


def test_a_step_of_ones_own(start: Start) -> None:
    def half(exchange: Exchange) -> None:
        usual = exchange.usual()
        exchange.record(usual.status, taken=True)
        exchange.write(usual.head + usual.body[:10])
        exchange.close()

    engine, client = start(half)
    with pytest.raises(ProtocolError, match="IncompleteRead"):
        client.post()
    assert len(engine.executions) == 1


def test_misspelt_moments_are_errors() -> None:
    with pytest.raises(ValueError, match="none of before-body, after-body"):
        Reset("before_body")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="none of before-headers, after-headers"):
        Hang(1, when="never")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cannot be taken"):
        Reset("before-body", taken=True)
