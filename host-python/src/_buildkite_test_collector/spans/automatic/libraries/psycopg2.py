"""psycopg2: subclasses of its connections and cursors, which `connect` is asked to make.

Its classes cannot be changed, and its functions in C take no object that only looks like one. The
type of a cursor is a subclass of what was asked for: so it is recorded by name alone.
"""

from __future__ import annotations

import functools
from typing import Any

import psycopg2
import psycopg2.extensions

from ..hooks import Hooks, in_place_of, recorded
from ..recorder import SQL, CallRecorder, Detail
from ..statement import text


def install(hooks: Hooks) -> None:
    """Record each statement, without its parameters."""
    original = psycopg2.connect
    recorder = hooks.recorder

    def connect(dsn: Any = None, connection_factory: Any = None, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        wanted = connection_factory or psycopg2.extensions.connection
        if isinstance(wanted, type):
            connection_factory = _connection(wanted, recorder)
        return original(dsn, connection_factory, *args, **kwargs)

    hooks.put(psycopg2, "connect", in_place_of(original, connect))


@functools.cache
def _connection(base: Any, recorder: CallRecorder) -> type:
    """Return a class of connections whose cursors record what they execute."""
    # Some have a class of cursors of their own, which only a cursor tells.
    decides = base.cursor is not psycopg2.extensions.connection.cursor

    class Connection(base):  # type: ignore[misc]
        def cursor(
            self, name: Any = None, cursor_factory: Any = None, *args: Any, **kwargs: Any
        ) -> Any:
            wanted = cursor_factory or self.cursor_factory
            if wanted is None and decides:
                wanted = type(super().cursor(name, *args, **kwargs))
            wanted = wanted or psycopg2.extensions.cursor
            if isinstance(wanted, type):
                wanted = _cursor(wanted, recorder)
            # By its name: classes of psycopg2's own have another signature.
            return super().cursor(name, *args, cursor_factory=wanted, **kwargs)

    Connection.__name__, Connection.__qualname__ = base.__name__, base.__qualname__
    return Connection


@functools.cache
def _cursor(base: type, recorder: CallRecorder) -> type:
    methods = {
        name: recorded(recorder, getattr(base, name), SQL, _describe)
        for name in ("execute", "executemany")
    }
    return type(base.__name__, (base,), {**methods, "__module__": base.__module__})


def _describe(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Detail:
    del cursor, args, kwargs
    return text(query), "postgresql", "psycopg2"
