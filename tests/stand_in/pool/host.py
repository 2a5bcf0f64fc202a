"""The host itself: sessions, batches and results, by bktec's rules."""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from .faults import Fault, Late, Lose, Never, Say
from .form import Check, FormError, check_end, check_pull, check_result, check_session
from .judge import Test, Verdicts, example, judge, path_of

#: What a request may have, in bytes.
BODY_LIMIT = 64 << 20


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    status: int
    answer: Any

    @property
    def body(self) -> Any:
        """The request's body."""
        return json.loads(self.content)

    @property
    def short(self) -> str:
        """Both in a line."""
        kind = self.answer.get("type", "") if isinstance(self.answer, dict) else ""
        return f"{self.method} {self.path} {self.status} {kind}".rstrip()


@dataclass
class Batch:
    """A batch that was handed out."""

    id: str
    tests: list[Test]
    #: The bytes of its result.
    result: bytes | None = None


class PoolHost:
    """A pool's host at a Unix socket, from ``with`` until the end of its block."""

    def __init__(
        self,
        path: Path | str,
        batches: Iterable[Sequence[Test]],
        *,
        retries: int = 0,
        muted: Iterable[str] = (),
        max_wait_ms: int = 30_000,
        waits: int = 0,
        reason: str = "plan_completed",
        script: Iterable[Fault | None] = (),
        on_exchange: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        """Prepare a pool.

        - ``batches``: what is handed out, in order.
        - ``retries``: how often a failed test is handed out again, if it is not muted.
        - ``max_wait_ms``: how long a runner is told that an answer may take.
        - ``waits``: how often the runner is told to wait for the first batch.
        - ``reason``: why there is no more.
        - ``script``: what goes wrong with the first request, the second, and so on.
        """
        self.path = Path(path)
        #: All requests so far.
        self.exchanges: list[Exchange] = []
        #: Each dispatched test's last outcome.
        self.verdicts: Verdicts = {}
        #: The reports that were judged, by batch.
        self.reports: dict[str, list[dict[str, Any]]] = {}
        #: The messages of batches that a runner could not run, and of reports that are unfit.
        self.errors: dict[str, str] = {}
        #: Why a runner has ended its session.
        self.ended = ""
        self._queue = deque(list(batch) for batch in batches)
        self._retries = retries
        self._muted = set(muted)
        self._max_wait_ms = max_wait_ms
        self._waits = waits
        self._reason = reason
        self._script = iter(script)
        self._on_exchange = on_exchange
        self._attempts: dict[str, int] = {}
        self._batches: dict[str, Batch] = {}
        self._outstanding: Batch | None = None
        self._instance = self._session = ""
        self._changed = Condition()
        self._stopping = Event()
        self._server = _Server(str(self.path), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> PoolHost:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        with contextlib.suppress(OSError):
            os.unlink(self.path)

    def wait_for(self, is_so: Callable[[PoolHost], bool], seconds: float = 60) -> None:
        """Wait until something is so, or raise TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: is_so(self), seconds):
                raise TimeoutError(
                    f"not so in {seconds} s: {[each.short for each in self.exchanges]}"
                )

    def heed(
        self, method: str, path: str, headers: dict[str, str], content: bytes
    ) -> Exchange | None:
        """Answer a request; nothing where no answer leaves."""
        with self._changed:
            fault = next(self._script, None)
            status = 0
            answer: bytes | dict[str, Any] = {}
            if isinstance(fault, Say):
                status, answer = fault.status, fault.body
            elif not isinstance(fault, Never):
                status, answer = self._answer(method, path, headers, content)
            exchange = Exchange(method, path, headers, content, status, answer)
            self.exchanges.append(exchange)
            self._on_exchange(exchange)
            self._changed.notify_all()
        if isinstance(fault, Never):
            self._stopping.wait()
        if isinstance(fault, Late):
            self._stopping.wait(fault.seconds)
        return None if isinstance(fault, (Lose, Never)) else exchange

    def _answer(
        self, method: str, path: str, headers: dict[str, str], content: bytes
    ) -> tuple[int, dict[str, Any]]:
        version, _, rest = path.lstrip("/").partition("/")
        if version != "v1":
            return 426, {"error": "the version is v1"}
        check, act = self._route(method, rest.split("/"))
        if act is None:
            return 404, {"error": "no such path"}
        try:
            if headers.get("content-type") != "application/json":
                raise FormError("the content is no JSON")
            if headers.get("connection") != "close":
                raise FormError("a connection is for one request")
            body = json.loads(content)
            check(body)
        except (ValueError, FormError) as error:
            return 400, {"error": str(error)}
        session = headers.get("x-bktec-session")
        if rest == "sessions":
            if session is not None:
                return 400, {"error": "the first request has no session"}
        elif not self._session or session != self._session:
            return 401, {"error": "the session is not known"}
        acted: tuple[int, dict[str, Any]] = act(body, content)
        return acted

    def _route(self, method: str, parts: list[str]) -> tuple[Check, Any]:
        if method == "POST" and parts == ["sessions"]:
            return check_session, self._begin
        if method == "POST" and parts == ["batches"]:
            return check_pull, self._pull
        if method == "POST" and len(parts) == 3 and (parts[0], parts[2]) == ("batches", "results"):
            return check_result, lambda body, content: self._take(unquote(parts[1]), body, content)
        if method == "DELETE" and len(parts) == 2 and parts[0] == "sessions":
            return check_end, lambda body, content: self._end(unquote(parts[1]), body, content)
        return check_pull, None

    def _begin(self, body: Any, content: bytes) -> tuple[int, dict[str, Any]]:
        del content
        if body["instance_id"] != self._instance:
            # The session before is retired, and its batch is handed out again.
            self._instance = body["instance_id"]
            self._session = f"session-{len(self.exchanges) + 1}"
        return 201, {"session_id": self._session, "poll": {"max_wait_ms": self._max_wait_ms}}

    def _pull(self, body: Any, content: bytes) -> tuple[int, dict[str, Any]]:
        del body, content
        if self._outstanding is None:
            if self._waits:
                self._waits -= 1
                return 200, {"type": "wait", "retry_after_ms": 10}
            if not self._queue:
                return 200, {"type": "done", "reason": self._reason}
            id_ = f"b_{len(self._batches) + 1}"
            self._outstanding = self._batches[id_] = Batch(id_, self._queue.popleft())
        batch = {"id": self._outstanding.id, "tests": self._outstanding.tests}
        return 200, {"type": "batch", "batch": {**batch, "timeout_ms": 600_000}}

    def _take(self, id_: str, body: Any, content: bytes) -> tuple[int, dict[str, Any]]:
        batch = self._batches.get(id_)
        if batch is None or (batch.result is None and batch is not self._outstanding):
            return 409, {"error": "the batch is not outstanding"}
        if batch.result is not None:
            is_same = batch.result == content
            return (200, {}) if is_same else (409, {"error": "the batch has another result"})
        batch.result = content
        self._outstanding = None
        if body["status"] == "errored":
            self.errors[id_] = body["error"]["message"]
            self.verdicts.update(dict.fromkeys(map(_name, batch.tests), "errored"))
            return 200, {}
        self.reports[id_] = body["report"]
        verdicts, failed, problem = judge(batch.tests, body["report"])
        if problem:
            self.errors[id_] = problem
        self.verdicts.update(verdicts)
        self._hand_out_again([path_of(entry) for entry in failed])
        return 200, {}

    def _hand_out_again(self, paths: list[str]) -> None:
        again = []
        for path in paths:
            self._attempts[path] = self._attempts.get(path, 0) + 1
            if path not in self._muted and self._attempts[path] <= self._retries:
                again.append(example(path))
        if again:
            self._queue.append(again)

    def _end(self, id_: str, body: Any, content: bytes) -> tuple[int, dict[str, Any]]:
        del content
        if id_ != self._session:
            return 401, {"error": "the session is not known"}
        self.ended, self._session = body["reason"], ""
        return 200, {}


def _name(test: Test) -> str:
    return str(test.get("value") or test.get("path") or test.get("identifier"))


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 16

    def __init__(self, path: str, host: PoolHost) -> None:
        self.host = host
        super().__init__(path, _Handler)
        os.chmod(path, 0o600)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        content = self.rfile.read(min(length, BODY_LIMIT))
        exchange = self.server.host.heed(self.command, self.path, headers, content)
        self.close_connection = True
        if exchange is None:
            return
        answer = exchange.answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(exchange.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_GET = do_POST = do_PUT = _serve  # noqa: N815

    def log_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Say nothing."""
