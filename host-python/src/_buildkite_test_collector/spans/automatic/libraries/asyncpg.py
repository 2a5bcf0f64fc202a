"""asyncpg: the methods of `Connection` and of prepared statements that execute a statement.

Its query loggers, which are official, hand out arguments, and outlive a return to the pool.
"""

from __future__ import annotations

from typing import Any

from asyncpg.connection import Connection
from asyncpg.prepared_stmt import PreparedStatement

from ..hooks import Hooks
from ..recorder import SQL, Detail


def install(hooks: Hooks) -> None:
    """Record each statement, without its arguments."""
    for name in ("execute", "executemany", "fetch", "fetchval", "fetchrow"):
        hooks.wrap_async(Connection, name, SQL, _describe)
    for name in ("executemany", "fetch", "fetchmany", "fetchrow", "fetchval"):
        hooks.wrap_awaitable(PreparedStatement, name, SQL, _describe_prepared)


def _describe(connection: Any, query: Any, *args: Any, **kwargs: Any) -> Detail:
    del connection, args, kwargs
    return query, "postgresql", "asyncpg"


def _describe_prepared(statement: Any, *args: Any, **kwargs: Any) -> Detail:
    del args, kwargs
    return statement.get_query(), "postgresql", "asyncpg"
