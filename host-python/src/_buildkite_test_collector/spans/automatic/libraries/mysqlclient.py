"""mysqlclient: `execute` and `executemany` of its cursors."""

from __future__ import annotations

from typing import Any

from MySQLdb.cursors import BaseCursor

from ..hooks import Hooks
from ..recorder import SQL, Detail
from ..statement import text


def install(hooks: Hooks) -> None:
    """Record each statement, before its values are put into it."""
    for name in ("execute", "executemany"):
        hooks.wrap(BaseCursor, name, SQL, _describe)


def _describe(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Detail:
    del cursor, args, kwargs
    return text(query), "mysql", "mysqlclient"
