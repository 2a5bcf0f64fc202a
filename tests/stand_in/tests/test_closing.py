"""The end of a stand-in: soon, whatever hangs, and with nothing left over."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from urllib3.exceptions import HTTPError

from .. import Request, TestEngine
from ..faults import Delay, Drip, Hang, Step
from .client import Client

if TYPE_CHECKING:
    from ..exchange import Exchange
    from .conftest import Start


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Hang(60), id="silence"),
        pytest.param(Hang(60, when="after-headers"), id="silence after the headers"),
        pytest.param(Delay(60), id="a delay"),
        pytest.param(Drip(bytes_per_second=0.1), id="a drip"),
    ],
)
def test_closing_does_not_wait(step: Step) -> None:
    with TestEngine(script=[step] * 3) as engine:
        clients = [Client(engine) for _ in range(3)]

        def post(client: Client) -> None:
            with suppress(HTTPError), closing(client):
                client.post(timeout=30)

        threads = [threading.Thread(target=post, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        while engine.connections < 3:
            time.sleep(0.01)
        time.sleep(0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 0.5
    for thread in threads:
        thread.join(5)


def test_idle_and_half_open_connections_do_not_delay_it() -> None:
    with TestEngine() as engine, closing(Client(engine)) as client:
        client.post()
        with socket.create_connection(("127.0.0.1", engine.port)) as silent:
            silent.sendall(b"POST /v1/uploads HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
            began = time.monotonic()
            engine.close()
            assert time.monotonic() - began < 0.5


def test_the_port_is_free_again() -> None:
    with TestEngine() as engine:
        port = engine.port
    with TestEngine(port=port) as engine, closing(Client(engine)) as client:
        assert client.post().status == 202
    assert len(engine.requests) == 1


def test_it_can_be_closed_without_having_been_started() -> None:
    TestEngine().close()


def test_closing_twice_is_closing_once() -> None:
    with TestEngine() as engine:
        engine.close()


def test_its_own_failure_is_told() -> None:
    def broken(exchange: Exchange) -> None:
        raise LookupError(f"request {exchange.number}")

    with (
        pytest.raises(RuntimeError, match="the stand-in itself failed") as told,
        TestEngine(script=[broken]) as engine,
        closing(Client(engine)) as client,
        suppress(HTTPError),
    ):
        client.post()
    assert isinstance(told.value.__cause__, LookupError)


def test_waiting_for_what_does_not_come(start: Start) -> None:
    engine, client = start()
    client.post()
    engine.wait_for(1)
    with pytest.raises(TimeoutError, match="1 of 2 requests"):
        engine.wait_for(2, timeout=0.05)


def test_each_request_is_told_before_its_answer_leaves() -> None:
    told: list[Request] = []
    with TestEngine(on_request=told.append) as engine, closing(Client(engine)) as client:
        for expected in (1, 2):
            client.post()
            assert len(told) == expected
