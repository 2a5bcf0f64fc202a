"""Connections to Test Engine, and where a token may travel."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from ..errors import UploadError
from .proxies import connections, is_loopback
from .trust import trusted
from .url import Url

if TYPE_CHECKING:
    from urllib3 import PoolManager
    from urllib3.connectionpool import HTTPConnectionPool
else:
    # Imported when it is needed alone.
    PoolManager = HTTPConnectionPool = Any

#: How many answers that are not the last one may come before it.
INTERIM_LIMIT = 100


class Connections:
    """Connections to one place, kept alive, that can be broken off by another thread."""

    def __init__(
        self, url: Url, count: int, *, allow_http: bool, context: ssl.SSLContext | None = None
    ) -> None:
        """Prepare up to `count` connections at a time; without a context it trusts the usual.

        Raises:
            UploadError: the token would travel in clear, or a proxy or certificates cannot be used.
        """
        if url.scheme == "http" and not (allow_http or is_loopback(url.host)):
            raise UploadError(
                f"{url} is not https, and the token would travel in clear; "
                "BUILDKITE_ANALYTICS_ALLOW_HTTP=true allows it"
            )
        self._url = str(url)
        self._sockets: WeakSet[socket.socket] = WeakSet()
        kwargs = {}
        if url.scheme == "https":
            context = kwargs["ssl_context"] = context or trusted()
            # Python wants a name for it that urllib3 1.26 does not give where the host is an
            # address; urllib3 then compares that with the certificate itself.
            context.check_hostname = not _is_compared_by_urllib3(url.host)
        self._manager: PoolManager = connections(url, maxsize=count, **kwargs)
        self._pool: HTTPConnectionPool = self._manager.connection_from_url(self._url)
        self._pool.ConnectionCls = _noted(self._pool.ConnectionCls, self._sockets)

    def post(self, **kwargs: Any) -> Any:
        """Send a request; no redirect is followed, since a token must not go elsewhere."""
        return self._request("POST", kwargs)

    def get(self, **kwargs: Any) -> Any:
        """Ask for something; no redirect is followed either."""
        return self._request("GET", kwargs)

    def break_off(self) -> None:
        """End what is under way at once: whoever waits for an answer gets an error."""
        for each in list(self._sockets):
            # Libraries that replace sockets leave some of their methods out.
            with contextlib.suppress(Exception):
                # Not TLS's own, which wants to say goodbye.
                socket.socket.shutdown(each, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close what nobody uses."""
        self._manager.clear()

    def _request(self, method: str, kwargs: dict[str, Any]) -> Any:
        return self._manager.request(
            method, self._url, redirect=False, preload_content=False, **kwargs
        )


def _is_compared_by_urllib3(host: str) -> bool:
    """Return whether urllib3 alone compares this host with a certificate."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    # Here, since hardly any server is known by its address.
    from importlib.metadata import version

    return version("urllib3").startswith("1.")


class FinalResponse(HTTPResponse):
    """The last answer to a request; those before it say that there is more to come.

    Python passes over 100 alone (https://www.rfc-editor.org/rfc/rfc9110#section-15.2).
    """

    def begin(self) -> None:
        """Read the head of the last answer."""
        super().begin()
        for _ in range(INTERIM_LIMIT):
            if not 101 < self.status < 200:
                break
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()


def _noted(base: Any, sockets: WeakSet[socket.socket]) -> Any:
    """Return a class of connections whose sockets are noted, and whose answers are the last."""

    class Noted(base):  # type: ignore[misc]
        response_class = FinalResponse

        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

    return Noted
