"""urllib.request: `OpenerDirector.open`, since `urlopen` is often imported by name.

It opens files and data, too. For a redirect it calls itself.
"""

from __future__ import annotations

from typing import Any
from urllib.request import OpenerDirector

from ..hooks import Hooks
from ..recorder import HTTP, Detail
from ..url import is_http


def install(hooks: Hooks) -> None:
    """Record each request with its redirects."""
    hooks.wrap(OpenerDirector, "open", HTTP, _describe)


def _describe(
    opener: Any, fullurl: Any, data: Any = None, *args: Any, **kwargs: Any
) -> Detail | None:
    del opener, args, kwargs
    if isinstance(fullurl, str):
        method, url = "GET" if data is None else "POST", fullurl
    else:
        method, url = fullurl.get_method(), fullurl.full_url
    return (method, url, "urllib") if is_http(url) else None
