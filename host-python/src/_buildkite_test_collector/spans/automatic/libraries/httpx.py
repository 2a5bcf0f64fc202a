"""httpx: `send` of both clients, once for a call with its redirects.

Not its transports, nor httpcore: respx looks at the names of their parameters. What a transport
hands to an application in this process, as test clients do, is no request; what the application
asks of others is.
"""

from __future__ import annotations

from typing import Any

import httpx

from ..hooks import Hooks
from ..recorder import HTTP, Detail

#: Transports to an application in this process: httpx's own, and Starlette's and FastAPI's.
IN_PROCESS = {"ASGITransport", "WSGITransport", "_TestClientTransport"}


def install(hooks: Hooks) -> None:
    """Record each request with its redirects."""
    hooks.wrap(httpx.Client, "send", HTTP, _describe)
    hooks.wrap_async(httpx.AsyncClient, "send", HTTP, _describe)


def _describe(client: Any, request: Any, *args: Any, **kwargs: Any) -> Detail | None:
    del args, kwargs
    transport = getattr(client, "_transport", None)
    if any(kind.__name__ in IN_PROCESS for kind in type(transport).__mro__):
        return None
    return request.method, str(request.url), "httpx"
