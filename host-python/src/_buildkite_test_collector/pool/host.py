"""The pool's host, which is bktec, as the runner sees it: JSON over HTTP on a Unix socket.

What it answers is read as if it were anybody's: an answer of another form is a `HostError`.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import uuid
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from ..version import __version__
from . import NAME

#: How long an answer may take beyond the time for which the host may wait, and how long the host
#: may wait unless it says so, in seconds.
ANSWER_TIMEOUT, WAIT_TIMEOUT = 5.0, 30.0

#: How often a request is sent that gets no answer.
TRIES = 3

#: How much of an answer is read, in bytes: as much as the host would.
ANSWER_LIMIT = 64 << 20

#: How long the host may have us wait at most before we ask again, and to wait for an answer, in
#: milliseconds.
LONGEST_WAIT = 600_000

#: Why there may be no more batches.
DONE_REASONS = ("plan_completed", "pool_consumed", "pool_errored", "terminating", "error")

#: What is posted of a batch that ran, before and after its report, and the fields of one that did
#: not.
COMPLETED = (b'{"status": "completed", "report_format": "pytest-json", "report": ', b"}")
ERRORED = {"status": "errored", "report_format": "pytest-json"}

# Held from the moment of loading: tests replace functions of `socket`, and its class as well.
_Socket, _connect = socket.socket, socket.socket.connect


class HostError(Exception):
    """The host is not there, or does not answer as a host does; the text is for people."""


class Batch(NamedTuple):
    """Tests to run."""

    #: By it the host knows the result.
    id: str
    #: What to run, each as the host says it.
    tests: list[dict[str, object]]


class Wait(NamedTuple):
    """There is no batch now."""

    seconds: float


class Done(NamedTuple):
    """There is no batch any more."""

    reason: str


class Host:
    """A session of this process with the host."""

    def __init__(self, path: str, debug: Callable[[str], None] | None = None) -> None:
        """Talk to the host at a socket; `debug` is told of every exchange, if it is there."""
        self._path = os.path.abspath(path)
        self._debug = debug or (lambda _: None)
        self._session = ""
        self._timeout = WAIT_TIMEOUT + ANSWER_TIMEOUT

    def begin(self) -> None:
        """Begin the session.

        Raises:
            HostError: as all methods here.
        """
        body = {
            "instance_id": str(uuid.uuid4()),
            "runner": {
                "name": NAME,
                "version": __version__,
                "framework": "pytest",
                "framework_version": pytest.__version__,
                "language": "python",
                "language_version": ".".join(map(str, sys.version_info[:3])),
                "pid": os.getpid(),
            },
            "capabilities": {"selector_formats": ["selector", "file", "example"]},
        }
        answer = self._exchange("POST", "/v1/sessions", _encoded(body), status=201)
        self._session = _text(answer, "session_id")
        if not self._session.isascii() or not self._session.isprintable():
            raise HostError("the host's session_id is no text for a header")
        poll = answer.get("poll", {})
        if not isinstance(poll, dict):
            raise HostError("the host's poll is no object")
        longest = _milliseconds(poll, "max_wait_ms", 1000 * WAIT_TIMEOUT)
        self._timeout = longest / 1000 + ANSWER_TIMEOUT

    def pull(self) -> Batch | Wait | Done:
        """Ask for a batch."""
        answer = self._exchange("POST", "/v1/batches", b"{}")
        kind = answer.get("type")
        if kind == "wait":
            return Wait(_milliseconds(answer, "retry_after_ms", 1000) / 1000)
        if kind == "done" and answer.get("reason") in DONE_REASONS:
            return Done(str(answer["reason"]))
        if kind == "batch":
            batch = answer.get("batch")
            tests = batch.get("tests") if isinstance(batch, dict) else None
            if isinstance(batch, dict) and isinstance(tests, list):
                if all(isinstance(test, dict) for test in tests):
                    return Batch(_text(batch, "id"), tests)
                raise HostError("the host's batch has a test that is no object")
        raise HostError(f"the host's answer is no batch, wait or done: {_shortened(answer)}")

    def complete(self, batch: Batch, report: str) -> None:
        """Post the report of a batch that ran, a JSON array."""
        self._post(batch, report.encode().join(COMPLETED))

    def error(self, batch: Batch, message: str) -> None:
        """Post that a batch could not be run."""
        self._post(batch, _encoded({**ERRORED, "error": _runner_error(message)}))

    def end(self, reason: str) -> None:
        """End the session before the host has said that there is no more."""
        self._exchange(
            "DELETE", f"/v1/sessions/{_quoted(self._session)}", _encoded({"reason": reason})
        )

    def _post(self, batch: Batch, body: bytes) -> None:
        # The host takes the same bytes again, and no others.
        self._exchange("POST", f"/v1/batches/{_quoted(batch.id)}/results", body)

    def _exchange(self, method: str, path: str, body: bytes, status: int = 200) -> dict[str, Any]:
        """Send a request, again where no answer came, and return the answer."""
        problem: Exception | None = None
        for _ in range(TRIES):
            try:
                code, content = self._try(method, path, body)
            except (OSError, HTTPException) as error:
                problem = error
                self._debug(f"{method} {path}: {error!r}")
                continue
            self._debug(f"{method} {path}: {len(body)} bytes, {code}, {_start_of(content)}")
            if code != status:
                raise HostError(f"{method} {path} was answered with {code}: {_start_of(content)}")
            return _object(content)
        raise HostError(f"{method} {path} got no answer in {TRIES} tries: {problem!r}")

    def _try(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Connection": "close"}
        if self._session:
            headers["X-Bktec-Session"] = self._session
        connection = _Connection(self._path, self._timeout)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read(ANSWER_LIMIT + 1)
            if len(content) > ANSWER_LIMIT:
                raise HostError(f"{method} {path} got an answer of more than 64 MiB")
            return response.status, content
        finally:
            connection.close()


class _Connection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = _Socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        _connect(self.sock, self._path)


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _runner_error(message: str) -> dict[str, str]:
    return {"kind": "runner_error", "message": message}


def _quoted(part: str) -> str:
    return quote(part, safe="", errors="surrogatepass")


def _object(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HostError(f"the host's answer is no JSON: {_start_of(content)}") from error
    if not isinstance(answer, dict):
        raise HostError(f"the host's answer is no object: {_start_of(content)}")
    return answer


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise HostError(f"the host's {name} is no text")
    return value


def _milliseconds(answer: Mapping[str, Any], name: str, default: float) -> float:
    value = answer.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise HostError(f"the host's {name} is no number of milliseconds")
    return float(min(value, LONGEST_WAIT))


def _start_of(content: bytes) -> str:
    return _shortened(content[:400].decode("utf-8", "replace"))


def _shortened(value: object) -> str:
    text = str(value)
    return "".join(each if each.isprintable() else " " for each in text[:200])
