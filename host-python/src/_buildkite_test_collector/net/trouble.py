"""What goes wrong between us and a server, in words for people."""

from __future__ import annotations

import socket

from ..text import without_secret

#: What a person can do about a request without an answer, by the class of urllib3's error.
ADVICE_BY_ERROR = {
    "ConnectTimeoutError": "nobody answers",
    "NameResolutionError": "the host's name is not known",
    "gaierror": "the host's name is not known",
    "NewConnectionError": "nobody answers",
    "ProtocolError": "the connection broke",
    "ProxyError": "the proxy does not answer; check HTTPS_PROXY",
    "ReadTimeoutError": "no answer came in time",
    "SSLError": "its certificate is not trusted; REQUESTS_CA_BUNDLE may name those that are",
}

#: How much of a text of the server's is quoted, in characters.
QUOTED_CHARACTERS = 200


def describe_error(error: Exception) -> str:
    """Return what went wrong without an answer; an error's own text may quote the token."""
    reason = getattr(error, "reason", None) or error
    name = type(reason).__name__
    # urllib3 1.26 says of a name that is not known no more than that nobody answers.
    causes = [socket.gaierror] if isinstance(reason.__context__, socket.gaierror) else []
    known = (ADVICE_BY_ERROR.get(each.__name__, "") for each in (*causes, *type(reason).mro()))
    said = next(filter(None, known), "")
    return f"{said} ({name})" if said else name


def printable(value: object, secret: str = "") -> str:
    """Return a server's text as a terminal may show it, without a secret that it quotes."""
    text = without_secret(value if isinstance(value, str) else str(value), secret)
    return "".join(each if each.isprintable() else " " for each in text[:QUOTED_CHARACTERS]).strip()
