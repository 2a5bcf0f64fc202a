"""aiohttp: `ClientSession._request`, once for a call with its redirects.

A `TraceConfig`, which is official, would have to be put into each session, where users see it.
"""

from __future__ import annotations

from typing import Any

import aiohttp

from ..hooks import Hooks
from ..recorder import HTTP, Detail


def install(hooks: Hooks) -> None:
    """Record each request with its redirects."""
    hooks.wrap_async(aiohttp.ClientSession, "_request", HTTP, _describe)


def _describe(session: Any, method: str, str_or_url: Any, *args: Any, **kwargs: Any) -> Detail:
    del args, kwargs
    url = str(str_or_url)
    base = getattr(session, "_base_url", None)
    if base is not None and "://" not in url:
        url = str(base.join(type(base)(url)))
    return method, url, "aiohttp"
