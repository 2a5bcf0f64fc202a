"""Connections to Test Engine: proxies, certificates, and where a token may travel."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakSet

from ..errors import UploadError

if TYPE_CHECKING:
    import ssl

    from urllib3 import PoolManager
    from urllib3.connectionpool import HTTPConnectionPool

    from ..settings import Settings

#: The variables by which programs are told of certificates to trust, a file or a directory.
#: OpenSSL itself reads `SSL_CERT_FILE` and `SSL_CERT_DIR`.
CA_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Connections:
    """Connections to one place, kept alive, that can be broken off by another thread."""

    def __init__(self, settings: Settings, count: int) -> None:
        """Prepare up to `count` connections at a time.

        Raises:
            UploadError: the token would travel in clear, or the certificates cannot be read.
        """
        parts = urlsplit(settings.upload_url)
        host = parts.hostname or ""
        if parts.scheme == "http" and not (settings.allow_http or is_loopback(host)):
            raise UploadError(
                f"{settings.api_url} is not https, and the token would travel in clear; "
                "BUILDKITE_ANALYTICS_ALLOW_HTTP=true allows it"
            )
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._manager = _manager(parts.scheme, host, count)
        self._pool: HTTPConnectionPool = self._manager.connection_from_url(settings.upload_url)
        self._pool.ConnectionCls = _noted(self._pool.ConnectionCls, self._sockets)

    def request(self, url: str, **kwargs: Any) -> Any:
        """Send a request; no redirect is followed, since a token must not go elsewhere."""
        return self._manager.request("POST", url, redirect=False, preload_content=False, **kwargs)

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


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _manager(scheme: str, host: str, count: int) -> PoolManager:
    """Return connections through the proxy that the environment names, or without one."""
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    kwargs: dict[str, Any] = {"maxsize": count}
    if scheme == "https":
        kwargs["ssl_context"] = _trust()
    proxy = getproxies().get(scheme)
    # A loopback address is this machine's, and not the proxy's.
    if not proxy or is_loopback(host) or proxy_bypass(host):
        return urllib3.PoolManager(**kwargs)
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    parts = urlsplit(proxy)
    if parts.username is not None:
        from urllib.parse import unquote

        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        kwargs["proxy_headers"] = urllib3.make_headers(proxy_basic_auth=user)
        proxy = proxy.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1)
    return urllib3.ProxyManager(proxy, **kwargs)


def _trust() -> ssl.SSLContext:
    """Return what certificates are trusted: the named ones, else the system's."""
    import ssl

    for name in CA_BUNDLES:
        path = os.environ.get(name, "")
        if not path:
            continue
        try:
            if os.path.isdir(path):
                return ssl.create_default_context(capath=path)
            return ssl.create_default_context(cafile=path)
        except OSError as error:
            raise UploadError(f"{name} is {path}, which holds no certificates") from error
    context = ssl.create_default_context()
    if not context.get_ca_certs() and not os.path.isdir(
        ssl.get_default_verify_paths().capath or ""
    ):
        # A Python that brings no certificates and finds none: perhaps somebody else brought some.
        with contextlib.suppress(ImportError, OSError):
            import certifi  # type: ignore[import-not-found]

            context.load_verify_locations(certifi.where())
    return context


def _noted(base: Any, sockets: WeakSet[socket.socket]) -> Any:
    """Return a class of connections whose sockets are noted."""

    class Noted(base):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

    return Noted
