"""psycopg2: subclasses of its connections and cursors, which `connect` is asked to make.

Its classes cannot be changed, and its functions in C take no object that only looks like one. The
type of a cursor is a subclass of what was asked for: so it is recorded by name alone.
"""

from __future__ import annotations

import functools
from typing import Any

import psycopg2
import psycopg2.extensions

from ..hooks import Hooks
from ..recorder import SQL, CallRecorder
from ..statement import text


def install(hooks: Hooks) -> None:
    """Record each statement, without its parameters."""
    original = psycopg2.connect
    recorder = hooks.recorder

    @functools.wraps(original)
    def connect(dsn: Any = None, connection_factory: Any = None, *args: Any, **kwargs: Any) -> Any:
        wanted = connection_factory or psycopg2.extensions.connection
        if isinstance(wanted, type):
            connection_factory = _connection(wanted, recorder)
        return original(dsn, connection_factory, *args, **kwargs)

    hooks.put(psycopg2, "connect", connect)


@functools.cache
def _connection(base: type, recorder: CallRecorder) -> type:
    """Return a class of connections whose cursors record what they execute."""

    class Connection(base):  # type: ignore[misc]
        def cursor(
            self, name: Any = None, cursor_factory: Any = None, *args: Any, **kwargs: Any
        ) -> Any:
            # By its name: classes of psycopg2's own have another signature.
            wanted = cursor_factory or self.cursor_factory or psycopg2.extensions.cursor
            if isinstance(wanted, type):
                wanted = _cursor(wanted, recorder)
            return super().cursor(name, *args, cursor_factory=wanted, **kwargs)

    Connection.__name__, Connection.__qualname__ = base.__name__, base.__qualname__
    return Connection


@functools.cache
def _cursor(base: type, recorder: CallRecorder) -> type:
    def recorded(name: str) -> Any:
        original = getattr(base, name)

        @functools.wraps(original)
        def execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            call = recorder.begin(SQL)
            if call is None:
                return original(self, query, *args, **kwargs)
            try:
                return original(self, query, *args, **kwargs)
            finally:
                recorder.end(call, (text(query), "postgresql", "psycopg2"))

        return execute

    methods = {name: recorded(name) for name in ("execute", "executemany")}
    return type(base.__name__, (base,), {**methods, "__module__": base.__module__})
