"""Django: `execute_wrappers` of each connection, as its documentation has it.

https://docs.djangoproject.com/en/stable/topics/db/instrumentation/

Ours comes first in the list, since Django takes the last away when a test's own wrapper ends.
"""

from __future__ import annotations

import contextlib
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from ..hooks import Hooks, described
from ..recorder import SQL, Detail
from ..statement import text


def install(hooks: Hooks) -> None:
    """Record each statement, with placeholders in the places of its values."""
    recorder = hooks.recorder
    wrapped: list[Any] = []

    def record(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        call = recorder.begin(SQL)
        if call is None:
            return execute(sql, params, many, context)
        try:
            return execute(sql, params, many, context)
        finally:
            recorder.end(call, described(_describe, (sql, context), {}) or ())

    def begin(connection: Any, **kwargs: Any) -> None:
        del kwargs
        if record not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, record)
            wrapped.append(connection)

    def remove() -> None:
        connection_created.disconnect(begin)
        for connection in wrapped:
            if record in connection.execute_wrappers:
                connection.execute_wrappers.remove(record)

    connection_created.connect(begin, weak=False)
    hooks.at_removal(remove)
    # Where Django is not set up yet there is none.
    with contextlib.suppress(Exception):
        for connection in connections.all(initialized_only=True):
            begin(connection)


def _describe(sql: Any, context: Any) -> Detail:
    return text(sql), getattr(context.get("connection"), "vendor", None), "django"
