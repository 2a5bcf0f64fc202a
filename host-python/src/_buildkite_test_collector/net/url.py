"""URLs of servers and proxies: what of them people may see, and names that are not ASCII."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

#: The ports that a URL need not name.
PORTS = {"http": 80, "https": 443}


class Url(NamedTuple):
    """A URL that can be connected to; its credentials are apart from it."""

    scheme: str
    #: The host, in ASCII; an IPv6 address is without brackets.
    host: str
    #: The port; none where that is the scheme's own.
    port: int | None
    path: str
    #: The user's name and password, as they are meant; empty where there are none.
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, text: str) -> Url:
        """Read a URL.

        Raises:
            ValueError: it cannot be read. The error's text may quote a part of it.
        """
        parts = urlsplit(text)
        # A slash in a password makes a host of the user's name.
        is_torn = "@" in f"{parts.path}{parts.query}{parts.fragment}"
        if not parts.scheme or not parts.hostname or is_torn:
            raise ValueError("no host")
        return cls(
            parts.scheme,
            ascii_host(parts.hostname),
            parts.port,
            quote(parts.path, safe="/%:@!$&'()*+,;=~"),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    def __str__(self) -> str:
        """Return what people may see of it, which is also what is connected to."""
        return f"{self.scheme}://{self.address}{self.path}"

    @property
    def address(self) -> str:
        """The host and, where it is named, the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def full_address(self) -> str:
        """The host and the port."""
        port = self.port or PORTS.get(self.scheme, 0)
        return self._replace(port=port).address


def shown(text: str) -> str:
    """Return what people may see of a URL: `scheme://host:port/path` at most."""
    try:
        return str(Url.parse(text))
    except ValueError:
        return "a URL that cannot be read"


def ascii_host(host: str) -> str:
    """Return a host's name as name servers know it.

    Raises:
        ValueError: no host has such a name.
    """
    if host.isascii():
        return host
    try:
        import idna
    except ImportError:
        # Python's own is of 2003; few names are different there.
        return host.encode("idna").decode()
    return idna.encode(host, uts46=True).decode()
