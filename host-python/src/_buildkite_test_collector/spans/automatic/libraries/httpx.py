"""httpx: `send` of both clients, once for a call with its redirects.

Not its transports, nor httpcore: respx looks at the names of their parameters.
"""

from __future__ import annotations

from typing import Any

import httpx

from ..hooks import Hooks
from ..recorder import HTTP, Detail


def install(hooks: Hooks) -> None:
    """Record each request with its redirects."""
    hooks.wrap(httpx.Client, "send", HTTP, _describe)
    hooks.wrap_async(httpx.AsyncClient, "send", HTTP, _describe)


def _describe(client: Any, request: Any, *args: Any, **kwargs: Any) -> Detail:
    del client, args, kwargs
    return request.method, str(request.url), "httpx"
