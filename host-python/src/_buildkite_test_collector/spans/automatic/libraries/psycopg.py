"""psycopg 3: `execute` and `executemany` of its cursors, which its connections use as well."""

from __future__ import annotations

from typing import Any

import psycopg

from ..hooks import Hooks
from ..recorder import SQL, Detail
from ..statement import text


def install(hooks: Hooks) -> None:
    """Record each statement, without its parameters."""
    for cursor in (psycopg.Cursor, psycopg.ServerCursor):
        for name in ("execute", "executemany"):
            hooks.wrap(cursor, name, SQL, _describe)
    for async_cursor in (psycopg.AsyncCursor, psycopg.AsyncServerCursor):
        for name in ("execute", "executemany"):
            hooks.wrap_async(async_cursor, name, SQL, _describe)


def _describe(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Detail:
    del cursor, args, kwargs
    return text(query), "postgresql", "psycopg"
