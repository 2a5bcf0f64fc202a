"""One request and the ways in which it can be answered: what faults are made of."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Callable

from .intake import ACCEPTED, Intake, Verdict
from .request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.server import BaseHTTPRequestHandler
    from threading import Event

#: ``l_onoff`` and ``l_linger``; closing a socket that may not linger sends RST instead of FIN.
NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class StoppedError(Exception):
    """The server is closing, so this exchange ends without an answer."""


@dataclass(frozen=True)
class Response:
    """An HTTP answer, down to its bytes."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def head(self) -> bytes:
        """Everything before the body, the empty line included."""
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = ""
        headers = {"Content-Length": str(len(self.body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{k}: {v}" for k, v in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Exchange:
    """A request whose headers have arrived. Whoever answers it decides the rest.

    A fault is any callable that takes one of these. It calls `receive` if the body should be read,
    then ends with `answer`, `reset`, or `record` and whatever it likes to `write`.
    """

    def __init__(
        self,
        handler: BaseHTTPRequestHandler,
        *,
        number: int,
        connection: int,
        intake: Intake,
        stopping: Event,
        log: Callable[[Request], None],
    ) -> None:
        self.number = number
        self._connection = connection
        self._received_at = time.monotonic()
        self._handler = handler
        self._intake = intake
        self._stopping = stopping
        self._log = log
        self._payload: bytes | None = None
        self._verdict: Verdict | None = None
        self._is_recorded = False

    def receive(self) -> Verdict:
        """Reads the body, once, and says what Test Engine makes of the request."""
        if self._verdict is None:
            handler = self._handler
            self._payload = _payload(handler)
            self._verdict = self._intake.judge(
                handler.command, handler.path, handler.headers, self._payload
            )
        return self._verdict

    def usual(self) -> Response:
        """What Test Engine would answer. Reads the body."""
        verdict = self.receive()
        body = json.dumps(verdict.answer).encode()
        headers = {"Content-Type": "application/json", "Date": formatdate(usegmt=True)}
        return Response(verdict.status, headers, body)

    def record(self, status: int | None, *, taken: bool) -> None:
        """Notes the request, once: what follows cannot change how it is remembered.

        ``status`` is the one that the client gets, ``taken`` whether Test Engine keeps the upload;
        it never keeps one that it would refuse.
        """
        if self._is_recorded:
            return
        self._is_recorded = True
        handler, verdict = self._handler, self._verdict
        taken = taken and verdict is not None and verdict.status == ACCEPTED
        self._log(
            Request(
                number=self.number,
                connection=self._connection,
                received_at=self._received_at,
                method=handler.command,
                path=handler.path,
                headers=handler.headers,
                wire_size=len(self._payload or b""),
                size=verdict.size if verdict else 0,
                body=verdict.body if verdict else None,
                problems=verdict.problems if verdict else (),
                status=status,
                taken=taken,
                kept=verdict.kept if verdict and taken else (),
            )
        )

    def answer(self, response: Response, *, taken: bool) -> None:
        """Reads what there is to read, records, and sends the whole answer."""
        self.receive()
        self.record(response.status, taken=taken)
        # In one piece: two small writes would meet Nagle's algorithm and a delayed ACK.
        self.write(response.head + response.body)

    def write(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._handler.connection.sendall(data)

    def pause(self, seconds: float) -> None:
        """Waits, or raises `StoppedError` as soon as the server closes."""
        if self._stopping.wait(seconds):
            raise StoppedError

    def close(self) -> None:
        """Ends the connection in order (FIN) once this exchange is over."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Breaks the connection now (RST)."""
        self.close()
        sock = self._handler.connection
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        # The socket stays open for as long as the file made from it.
        self._handler.rfile.close()
        sock.close()

    def finish(self) -> None:
        """To be called last: leaves the connection in a state that the next request can use."""
        self.record(None, taken=False)
        if self._verdict is None:
            # The unread body would be taken for the next request.
            self.close()


def _payload(handler: BaseHTTPRequestHandler) -> bytes:
    """The body as it travelled, without the framing of chunks."""
    try:
        if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(_chunks(handler))
        return _exactly(handler, int(handler.headers.get("Content-Length", "0")))
    except ValueError as error:
        raise ConnectionError(f"the body has no readable length: {error}") from error


def _chunks(handler: BaseHTTPRequestHandler) -> Iterator[bytes]:
    size = 1
    while size:
        size = int(handler.rfile.readline().split(b";")[0], 16)
        yield _exactly(handler, size)
        handler.rfile.readline()


def _exactly(handler: BaseHTTPRequestHandler, size: int) -> bytes:
    data = handler.rfile.read(size)
    if len(data) < size:
        raise ConnectionError(f"the body ended after {len(data)} of {size} bytes")
    return data
