"""urllib3: `urlopen` of the manager and of its pools, which other libraries use without it."""

from __future__ import annotations

from typing import Any

import urllib3

from ..hooks import Hooks
from ..recorder import HTTP, Detail


def install(hooks: Hooks) -> None:
    """Record each request with its redirects and retries."""
    hooks.wrap(urllib3.PoolManager, "urlopen", HTTP, _of_manager)
    hooks.wrap(urllib3.HTTPConnectionPool, "urlopen", HTTP, _of_pool)


def _of_manager(manager: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Detail:
    del manager, args, kwargs
    return method, url, "urllib3"


def _of_pool(pool: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Detail:
    del args, kwargs
    if url.startswith("/"):
        port = "" if pool.port is None else f":{pool.port}"
        host = f"[{pool.host}]" if ":" in pool.host else pool.host
        url = f"{pool.scheme}://{host}{port}{url}"
    return method, url, "urllib3"
