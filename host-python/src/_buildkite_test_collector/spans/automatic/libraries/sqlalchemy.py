"""SQLAlchemy: its events around each cursor's execution, for all engines, also asynchronous ones.

https://docs.sqlalchemy.org/en/20/core/events.html#sql-execution-and-connection-events
"""

from __future__ import annotations

import weakref
from contextvars import ContextVar
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from ..hooks import Hooks, quiet
from ..recorder import SQL, Detail

#: The execution of which this task or thread has heard last.
_announced: ContextVar[weakref.ref[Any] | None] = ContextVar(
    "buildkite_test_collector_announced", default=None
)


def install(hooks: Hooks) -> None:
    """Record each statement, with placeholders in the places of its values."""
    recorder = hooks.recorder

    def before(*args: Any) -> None:
        _announced.set(weakref.ref(args[4]))

    def begin(cursor: Any, *args: Any) -> None:
        announced = _announced.get()
        # What a dialect asks a new server comes without the events by which it would end.
        if announced is None or announced() is not args[-1]:
            return
        call = recorder.begin(SQL)
        if call is not None:
            call.key = cursor

    def after(connection: Any, cursor: Any, statement: Any, *args: Any) -> None:
        del args
        call = recorder.under_way(SQL, cursor)
        if call is not None:
            recorder.end(call, _describe(connection, statement))

    def failed(context: Any) -> None:
        execution = context.execution_context
        call = recorder.under_way(SQL, execution.cursor) if execution is not None else None
        if call is not None:
            recorder.end(call, _describe(context.connection, context.statement))

    for name, function in (
        ("before_cursor_execute", before),
        # Only now: when another's listener raises before, nobody hears of that.
        ("do_execute", begin),
        ("do_executemany", begin),
        ("do_execute_no_params", begin),
        ("after_cursor_execute", after),
        ("handle_error", failed),
    ):
        # First: where a listener executes the statement itself, those behind it are not asked.
        listener = quiet(function)
        event.listen(Engine, name, listener, insert=True)
        hooks.at_removal(partial(event.remove, Engine, name, listener))


def _describe(connection: Any, statement: Any) -> Detail:
    dialect = getattr(getattr(connection, "dialect", None), "name", None)
    return statement, dialect, "sqlalchemy"
