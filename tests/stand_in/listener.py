"""The sockets and threads of the stand-in: HTTP as it travels, and no rule of Test Engine."""

from __future__ import annotations

import socket
import ssl
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Lock, Thread
from typing import Any, Callable

from .exchange import StoppedError

#: How often the accepting thread looks whether it should end, in seconds. Closing takes that long.
POLL_INTERVAL = 0.02


class Handler(BaseHTTPRequestHandler):
    """One connection: hands each of its requests on, whatever the method."""

    protocol_version = "HTTP/1.1"
    # A drip of single bytes has to leave byte by byte.
    disable_nagle_algorithm = True
    server: Listener

    def setup(self) -> None:
        """Shakes hands, where the connection is to be encrypted.

        Here and not where connections are accepted: a slow client must not block the others.
        """
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()
        super().setup()

    def _serve(self) -> None:
        self.server.serve(self, self.server.number_of(self.request))

    do_DELETE = do_GET = do_OPTIONS = do_PATCH = do_POST = do_PUT = _serve  # noqa: N815

    def log_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Says nothing: who wants to see requests looks at the recorded ones."""


class Listener(ThreadingHTTPServer):
    """Accepts connections on 127.0.0.1, numbers them from 1, and can let go of all at once."""

    # Threads that are no daemons are joined by `server_close`, so that none outlives it.
    daemon_threads = False
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        tls: ssl.SSLContext | None,
        serve: Callable[[Handler, int], None],
    ) -> None:
        self.serve = serve
        #: How many connections were ever accepted.
        self.accepted = 0
        #: What went wrong inside this server; a client that leaves is nothing wrong.
        self.crashes: list[BaseException] = []
        self._tls = tls
        self._lock = Lock()
        self._open: dict[socket.socket, int] = {}
        self._thread = Thread(
            target=self.serve_forever, args=(POLL_INTERVAL,), name="stand_in listener"
        )
        super().__init__(("127.0.0.1", port), Handler)

    def server_bind(self) -> None:
        """Takes the port, and does not ask DNS for its own name, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def start(self) -> None:
        """Begins to accept connections."""
        self._thread.start()

    def stop(self) -> None:
        """Breaks every connection and waits until the last thread has ended."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    # Past SSLSocket's own, which would pull the TLS state from under a reader.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.server_close()

    def number_of(self, connection: socket.socket) -> int:
        """The number of an open connection."""
        with self._lock:
            return self._open[connection]

    def get_request(self) -> tuple[socket.socket, Any]:
        """A new connection, and who it is from."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Numbers a new connection, and serves it in a thread of its own."""
        with self._lock:
            self.accepted += 1
            self._open[request] = self.accepted
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets a connection that is over."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Keeps what went wrong in this server; clients may leave as they like."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, (OSError, StoppedError)):
            self.crashes.append(error)
