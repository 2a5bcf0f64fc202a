"""Connections: counted, kept alive, served side by side, and encrypted."""

from __future__ import annotations

import http.client
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import trustme
import urllib3
from urllib3.exceptions import SSLError

from .. import TestEngine, faults
from ..exchange import Exchange, Response
from .client import Client, result, upload

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Start


def test_requests_of_one_connection_share_its_number(start: Start) -> None:
    engine, client = start()
    assert [client.post().status for _ in range(3)] == [202, 202, 202]
    with closing(Client(engine)) as other:
        other.post()
    assert [request.connection for request in engine.requests] == [1, 1, 1, 2]
    assert [request.number for request in engine.requests] == [1, 2, 3, 4]
    assert engine.connections == 2


def test_an_error_leaves_the_connection_open(start: Start) -> None:
    engine, client = start(faults.Answer(503))
    assert client.post().status == 503
    assert client.post().status == 202
    assert engine.connections == 1


def test_a_body_that_was_not_read_ends_the_connection(start: Start) -> None:
    def answer_unread(exchange: Exchange) -> None:
        exchange.record(413, taken=False)
        exchange.write(Response(413, {"Connection": "close"}).head)

    engine, client = start(answer_unread)
    assert client.post().status == 413
    assert client.post().status == 202
    assert [request.connection for request in engine.requests] == [1, 2]
    assert (engine.requests[0].wire_size, engine.requests[0].body) == (0, None)


def test_requests_are_served_side_by_side(start: Start) -> None:
    engine, client = start(*[faults.Delay(0.2)] * 8)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        posted = list(threads.map(lambda n: client.post(upload(result(f"{n}"))), range(8)))
    assert time.monotonic() - began < 1
    assert {response.status for response in posted} == {202}
    assert sorted(execution["name"] for execution in engine.executions) == list("01234567")
    assert [request.number for request in engine.requests] == list(range(1, 9))


def test_a_body_may_come_in_chunks(start: Start) -> None:
    engine, _ = start()
    headers = {"Authorization": f'Token token="{engine.token}"', "Content-Type": "application/json"}
    chunks = iter([b'{"format": "json", "run_env": {"key": ', b'"x"}, "data": []}'])
    with closing(http.client.HTTPConnection("127.0.0.1", engine.port)) as connection:
        connection.request("POST", "/v1/uploads", chunks, headers, encode_chunked=True)
        assert connection.getresponse().status == 202
    assert engine.requests[0].wire_size == 55


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"POST /v1/uploads HTTP/1.1\r\nContent-Length: 5\r\n\r\n{", id="half a body"),
        pytest.param(b"POST /v1/uploads HTTP/1.1\r\nContent-Length: x\r\n\r\n", id="no length"),
        pytest.param(b"\x16\x03\x01\x00\x00", id="no HTTP"),
    ],
)
def test_a_client_may_leave_at_any_time(start: Start, sent: bytes) -> None:
    engine, client = start()
    with socket.create_connection(("127.0.0.1", engine.port)) as rude:
        rude.sendall(sent)
    assert client.post().status == 202


def test_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    pem, trusted = tmp_path / "server.pem", tmp_path / "authority.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(pem)
    authority.cert_pem.write_to_path(trusted)
    with TestEngine(certificate=pem) as engine:
        assert engine.url.startswith("https://")
        with closing(Client(engine, ca_certs=str(trusted))) as client:
            assert [client.post().status for _ in range(2)] == [202, 202]
        with closing(Client(engine)) as stranger, pytest.raises(SSLError):
            stranger.post()
    assert [request.connection for request in engine.requests] == [1, 1]


def test_tls_can_be_reset_and_closed(tmp_path: Path) -> None:
    authority = trustme.CA()
    pem = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
    urllib3.disable_warnings()
    with (
        TestEngine(script=[faults.Reset()], certificate=pem) as engine,
        closing(Client(engine, cert_reqs="CERT_NONE")) as client,
    ):
        with pytest.raises(urllib3.exceptions.ProtocolError):
            client.post()
        assert client.post().status == 202
        began = time.monotonic()
        # The second connection is still open.
        engine.close()
        assert time.monotonic() - began < 0.5
