"""A collector in miniature: what the stand-in is tested with."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import urllib3

if TYPE_CHECKING:
    from .. import TestEngine
    from ..schema import JsonObject


def result(name: Any = "test_a", **changes: Any) -> JsonObject:
    """A documented result; a change of ``None`` removes the field."""
    whole = {
        "id": f"id of {name}",
        "scope": "tests/test_shop.py",
        "name": name,
        "location": "tests/test_shop.py:3",
        "file_name": "tests/test_shop.py",
        "result": "passed",
        "history": {"section": "top", "start_at": 1.0, "end_at": 1.5, "duration": 0.5},
    }
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not None}


def span(section: Any = "http", **changes: Any) -> JsonObject:
    """A documented span; a change of ``None`` removes the field."""
    details: dict[str, JsonObject] = {
        "http": {"method": "GET", "url": "https://shop.example/", "lib": "urllib3"},
        "sql": {"query": "SELECT 1"},
        "annotation": {"content": "now"},
    }
    whole = {
        "section": section,
        "start_at": 1.1,
        "end_at": 1.3,
        "duration": 0.2,
        "detail": details.get(section),
    }
    whole.update(changes)
    return {key: value for key, value in whole.items() if value is not None}


def with_spans(*spans: JsonObject) -> JsonObject:
    """A documented result with these spans."""
    return result(history={"start_at": 1.0, "duration": 0.5, "children": list(spans)})


def upload(*results: JsonObject, key: str = "run 1", **changes: Any) -> JsonObject:
    """A documented upload; a change of ``None`` removes the field."""
    whole = {"format": "json", "run_env": {"CI": "generic", "key": key}, "data": list(results)}
    whole.update(changes)
    return {name: value for name, value in whole.items() if value is not None}


class Client:
    """Connections to one stand-in; they are kept alive until it is closed."""

    def __init__(self, engine: TestEngine, **pool: Any) -> None:
        self._engine = engine
        self._pool = urllib3.PoolManager(retries=False, **pool)

    def post(self, body: Any = None, **changes: Any) -> urllib3.BaseHTTPResponse:
        """Sends an upload, compressed; ``body`` is bytes to send as they are, or JSON.

        Changes: ``path``, ``method``, ``timeout`` in seconds, and ``headers``, of which one that
        is ``None`` is left out.
        """
        headers: dict[str, str | None] = {
            "Authorization": f'Token token="{self._engine.token}"',
            "Content-Type": "application/json",
        }
        if not isinstance(body, bytes):
            body = gzip.compress(json.dumps(upload(result()) if body is None else body).encode())
            headers["Content-Encoding"] = "gzip"
        headers.update(changes.get("headers", {}))
        return self._pool.request(
            changes.get("method", "POST"),
            self._engine.url + changes.get("path", "/uploads"),
            body=body,
            headers={name: value for name, value in headers.items() if value is not None},
            timeout=changes.get("timeout", 5.0),
        )

    def close(self) -> None:
        """Closes its connections."""
        self._pool.clear()
