"""requests: `Session.send`, which every call goes through, also those that mocks answer.

For a redirect it calls itself; what is nested is a part of the outermost call.
"""

from __future__ import annotations

from typing import Any

import requests.sessions

from ..hooks import Hooks
from ..recorder import HTTP, Detail
from ..url import is_http


def install(hooks: Hooks) -> None:
    """Record each request with its redirects."""
    hooks.wrap(requests.sessions.Session, "send", HTTP, _describe)


def _describe(session: Any, request: Any, *args: Any, **kwargs: Any) -> Detail | None:
    del session, args, kwargs
    # What is mounted for other schemes may make requests of its own.
    return (request.method, request.url, "requests") if is_http(request.url) else None
