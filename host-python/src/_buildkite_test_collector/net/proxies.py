"""The proxy on the way to a server, as the environment and the system name it."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import sys
from typing import TYPE_CHECKING, Any

from ..errors import UploadError
from .url import Url

if TYPE_CHECKING:
    from urllib3 import PoolManager
else:
    # Imported when it is needed alone.
    PoolManager = Any

#: What the name of a SOCKS proxy's scheme begins with.
SOCKS = "socks"


def connections(url: Url, **kwargs: Any) -> PoolManager:
    """Return what makes connections to a place, through a proxy where there is one.

    Raises:
        UploadError: the proxy cannot be used.
    """
    import urllib3

    proxy = proxy_to(url)
    if proxy is None:
        return urllib3.PoolManager(**kwargs)
    if proxy.scheme.startswith(SOCKS):
        return _socks(proxy, kwargs)
    if proxy.scheme not in ("http", "https"):
        raise UploadError(f"there is no proxy {proxy.scheme}://; check HTTPS_PROXY and ALL_PROXY")
    if proxy.user or proxy.password:
        credentials = f"{proxy.user}:{proxy.password}"
        kwargs["proxy_headers"] = urllib3.make_headers(proxy_basic_auth=credentials)
    return urllib3.ProxyManager(f"{proxy.scheme}://{proxy.address}", **kwargs)


def proxy_to(url: Url) -> Url | None:
    """Return the proxy on the way to a place; none where there is none.

    Raises:
        UploadError: its URL cannot be read.
    """
    text = _proxy(url)
    try:
        return Url.parse(text if "://" in text else f"http://{text}") if text else None
    except ValueError:
        # Its password may be what cannot be read.
        raise UploadError(
            "the proxy's URL cannot be read; check HTTPS_PROXY and ALL_PROXY"
        ) from None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _proxy(url: Url) -> str:
    """Return the URL of the proxy on the way to a place; empty where there is none."""
    # A loopback address is this machine's, and not the proxy's.
    if is_loopback(url.host) or not _may_name_proxies():
        return ""
    from urllib.request import getproxies, proxy_bypass

    if proxy_bypass(url.full_address) or _is_in_excepted_network(url.host):
        return ""
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all") or ""


def _may_name_proxies() -> bool:
    """Return whether anything here could name a proxy: the system's settings, or a variable."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(name.lower().endswith("_proxy") for name in os.environ)


def _is_in_excepted_network(host: str) -> bool:
    """Return whether `NO_PROXY` names the network of an address, which urllib does not read."""
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        for each in excepted.split(","):
            with contextlib.suppress(ValueError):
                if address in ipaddress.ip_network(each.strip(), strict=False):
                    return True
    return False


def _socks(proxy: Url, kwargs: dict[str, Any]) -> PoolManager:
    try:
        from urllib3.contrib.socks import SOCKSProxyManager
    except ImportError:
        raise UploadError(
            f"the proxy {proxy} needs the package PySocks, which is not installed"
        ) from None
    # The manager takes the credentials apart from the URL.
    return SOCKSProxyManager(
        f"{proxy.scheme}://{proxy.address}",
        username=proxy.user or None,
        password=proxy.password or None,
        **kwargs,
    )
