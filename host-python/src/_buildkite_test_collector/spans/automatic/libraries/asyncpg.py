"""asyncpg: the methods of `Connection` that execute a statement.

Its query loggers, which are official, hand out arguments, and outlive a return to the pool.
"""

from __future__ import annotations

from typing import Any

from asyncpg.connection import Connection

from ..hooks import Hooks
from ..recorder import SQL, Detail


def install(hooks: Hooks) -> None:
    """Record each statement, without its arguments."""
    for name in ("execute", "executemany", "fetch", "fetchval", "fetchrow"):
        hooks.wrap_async(Connection, name, SQL, _describe)


def _describe(connection: Any, query: Any, *args: Any, **kwargs: Any) -> Detail:
    del connection, args, kwargs
    return query, "postgresql", "asyncpg"
