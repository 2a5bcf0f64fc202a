"""A proxy that tunnels, as the ones of companies do."""

from __future__ import annotations

import socket
import socketserver
import threading
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class _Listener:
    """Something on 127.0.0.1 that people connect to."""

    def __init__(self, handler: type[socketserver.StreamRequestHandler]) -> None:
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Proxy(_Listener):
    """A proxy on 127.0.0.1 that leads every tunnel to one port, whatever host is asked for."""

    def __init__(self, port: int) -> None:
        #: What each request asked for, and its credentials.
        self.requests: list[tuple[str, str]] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout: ClassVar[float] = 30

            def handle(self) -> None:
                line = self.rfile.readline().decode().strip()
                credentials = ""
                while header := self.rfile.readline().decode().strip():
                    name, _, value = header.partition(": ")
                    if name.lower() == "proxy-authorization":
                        credentials = value
                # Its version is up to the version of Python.
                outer.requests.append((line.rpartition(" ")[0], credentials))
                with socket.create_connection(("127.0.0.1", port)) as there:
                    self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    back = threading.Thread(target=_pour, args=(there, self.connection))
                    back.start()
                    _pour(self.connection, there)
                    back.join()

        super().__init__(Handler)


class Socks(_Listener):
    """A SOCKS proxy (RFC 1928) that leads every tunnel to one port, whatever host is asked for."""

    def __init__(self, port: int) -> None:
        #: What hosts were asked for.
        self.hosts: list[str] = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout: ClassVar[float] = 30

            def handle(self) -> None:
                _, methods = self.rfile.read(2)
                self.rfile.read(methods)
                self.wfile.write(b"\x05\x00")
                # A name, which the proxy is to look up.
                assert self.rfile.read(4) == b"\x05\x01\x00\x03"
                (length,) = self.rfile.read(1)
                outer.hosts.append(self.rfile.read(length).decode())
                self.rfile.read(2)
                self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
                with socket.create_connection(("127.0.0.1", port)) as there:
                    back = threading.Thread(target=_pour, args=(there, self.connection))
                    back.start()
                    _pour(self.connection, there)
                    back.join()

        super().__init__(Handler)


def _pour(source: socket.socket, target: socket.socket) -> None:
    """Send on what comes, until nothing comes any more."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
