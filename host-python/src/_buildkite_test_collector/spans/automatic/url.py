"""URLs, as far as the process that runs tests looks at them."""

from __future__ import annotations

from typing import Any


def is_http(url: Any) -> bool:
    """Whether a URL is one of HTTP: libraries open others as well, of files and of their own."""
    return not isinstance(url, str) or url[:6].lower().startswith(("http:", "https:"))
