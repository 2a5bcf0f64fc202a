"""SQLAlchemy: its events around each cursor's execution, for all engines, also asynchronous ones.

https://docs.sqlalchemy.org/en/20/core/events.html#sql-execution-and-connection-events
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from ..hooks import Hooks
from ..recorder import SQL, Detail


def install(hooks: Hooks) -> None:
    """Record each statement, with placeholders in the places of its values."""
    recorder = hooks.recorder

    def before(connection: Any, cursor: Any, *args: Any) -> None:
        del connection, args
        call = recorder.begin(SQL)
        if call is not None:
            call.key = cursor

    def after(connection: Any, cursor: Any, statement: Any, *args: Any) -> None:
        del args
        call = recorder.under_way(SQL, cursor)
        if call is not None:
            recorder.end(call, _describe(connection, statement))

    def failed(context: Any) -> None:
        call = recorder.under_way(SQL, context.cursor)
        if call is not None and call.key is not None:
            recorder.end(call, _describe(context.connection, context.statement))

    for name, listener in (
        ("before_cursor_execute", before),
        ("after_cursor_execute", after),
        ("handle_error", failed),
    ):
        event.listen(Engine, name, listener)
        hooks.at_removal(partial(event.remove, Engine, name, listener))


def _describe(connection: Any, statement: Any) -> Detail:
    dialect = getattr(getattr(connection, "dialect", None), "name", None)
    return statement, dialect, "sqlalchemy"
