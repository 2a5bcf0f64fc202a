"""The stand-in itself: a server to point a collector at, and the record of what it was told."""

from __future__ import annotations

import ssl
from threading import Condition, Event
from typing import TYPE_CHECKING, Callable, ClassVar

from .exchange import Exchange
from .faults import Step, as_usual
from .intake import Intake
from .listener import Handler, Listener
from .run import Run, runs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from types import TracebackType

    from .request import Request
    from .schema import JsonObject


class TestEngine:
    """Test Engine on 127.0.0.1, from ``with`` until the end of its block.

    >>> with TestEngine(script=[faults.Answer(503)]) as engine:  # doctest: +SKIP
    ...     collect(api_url=engine.url, token=engine.token)
    >>> [request.status for request in engine.requests]  # doctest: +SKIP
    [503, 202]

    What it has recorded can be read at any time, also after the block.
    """

    #: pytest takes a class of such a name for a test.
    __test__: ClassVar[bool] = False

    def __init__(
        self,
        token: str = "stand-in-token",  # noqa: S107
        *,
        script: Iterable[Step] = (),
        port: int = 0,
        certificate: str | PathLike[str] | None = None,
        key: str | PathLike[str] | None = None,
        checks_results: bool = True,
        on_request: Callable[[Request], None] | None = None,
    ) -> None:
        """Opens the socket, so that `url` is known; requests are answered within ``with``.

        - ``token``: the only one that is let in.
        - ``script``: what happens to the first request, the second, and so on; once it is
          exhausted all is as usual. An endless iterator will do.
        - ``port``: 0 for any free one.
        - ``certificate`` and ``key``: PEM files; with them the stand-in speaks TLS. The key may be
          in the certificate's file.
        - ``checks_results``: whether each result is held against the schema, which takes about half
          a millisecond a result.
        - ``on_request``: is told of each request, one at a time, before its answer leaves.
        """
        tls = None
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate, key)
        self.token = token
        self.checks_results = checks_results
        self._script = iter(script)
        self._on_request = on_request
        self._requests: list[Request] = []
        self._numbered = 0
        self._changed = Condition()
        self._stopping = Event()
        self._listener = Listener(port, tls, self._serve)
        self._site = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._intake = Intake(token, self._site, checks_results)

    @property
    def port(self) -> int:
        """Where it listens. Free again after the block."""
        return self._listener.server_port

    @property
    def url(self) -> str:
        """What a collector takes as the API's base: ``http://127.0.0.1:port/v1``."""
        return f"{self._site}/v1"

    @property
    def connections(self) -> int:
        """How many connections there were, also those that made no request."""
        return self._listener.accepted

    @property
    def requests(self) -> list[Request]:
        """Every request, in the order of arrival."""
        with self._changed:
            return sorted(self._requests, key=lambda request: request.number)

    @property
    def executions(self) -> list[JsonObject]:
        """Every result that was kept, in the order of arrival; what was taken twice is in twice."""
        return [result for request in self.requests for result in request.kept]

    @property
    def runs(self) -> list[Run]:
        """The kept uploads by their ``run_env.key``, in the order of arrival."""
        return runs(self.requests, self._site)

    def wait_for(self, requests: int, timeout: float = 10.0) -> None:
        """Waits until so many requests have arrived, or raises TimeoutError after seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._requests) >= requests, timeout):
                raise TimeoutError(f"{len(self._requests)} of {requests} requests in {timeout} s")

    def __enter__(self) -> TestEngine:
        self._listener.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends every exchange, hanging ones too, and frees the port. May be called twice.

        Raises what went wrong inside the server or a step of the script, so that it is not taken
        for the collector's fault.
        """
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._listener.stop()
        if self._listener.crashes:
            raise RuntimeError("the stand-in itself failed") from self._listener.crashes[0]

    def _serve(self, handler: Handler, connection: int) -> None:
        with self._changed:
            self._numbered += 1
            number, step = self._numbered, next(self._script, None)
        exchange = Exchange(
            handler,
            number=number,
            connection=connection,
            intake=self._intake,
            stopping=self._stopping,
            log=self._record,
        )
        try:
            (step or as_usual)(exchange)
        finally:
            exchange.finish()

    def _record(self, request: Request) -> None:
        with self._changed:
            self._requests.append(request)
            if self._on_request is not None:
                self._on_request(request)
            self._changed.notify_all()
