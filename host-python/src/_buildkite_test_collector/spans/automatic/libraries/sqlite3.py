"""sqlite3: subclasses of its connections and cursors, which `connect` is asked to make.

Its classes cannot be changed. Connections made without `connect` are not seen, and the type of the
others is a subclass of what was asked for: so it is recorded by name alone.
"""

from __future__ import annotations

import functools
import sqlite3
from typing import Any

from ..builtin import builtin
from ..hooks import Hooks, recorded
from ..recorder import SQL, CallRecorder, Detail

#: Where `connect` takes the class of connections, if it is not named.
FACTORY = 5

EXECUTE = ("execute", "executemany", "executescript")


def install(hooks: Hooks) -> None:
    """Record each statement, without its parameters."""
    original = sqlite3.connect
    recorder = hooks.recorder

    def connect(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if len(args) > FACTORY:
            wanted = args[FACTORY]
            if _is_class(wanted, sqlite3.Connection):
                args = (*args[:FACTORY], _connection(wanted, recorder), *args[FACTORY + 1 :])
        else:
            wanted = kwargs.get("factory", sqlite3.Connection)
            if _is_class(wanted, sqlite3.Connection):
                kwargs["factory"] = _connection(wanted, recorder)
        return original(*args, **kwargs)

    replacement = builtin(original, sqlite3, connect)
    for module in (sqlite3, sqlite3.dbapi2):
        hooks.put(module, "connect", replacement)


def _is_class(value: object, base: type) -> bool:
    return isinstance(value, type) and issubclass(value, base)


@functools.cache
def _connection(base: type, recorder: CallRecorder) -> type:
    """Return a class of connections that records what its base executes."""

    def cursor(self: Any, factory: Any = sqlite3.Cursor) -> Any:
        if _is_class(factory, sqlite3.Cursor):
            factory = _cursor(factory, recorder)
        return sqlite3.Connection.cursor(self, factory)

    methods = _methods(base, recorder)
    # A user's own method may take no factory, and is left alone.
    is_own = getattr(base, "cursor", None) is not sqlite3.Connection.cursor
    return _subclass(base, methods if is_own else {**methods, "cursor": cursor})


@functools.cache
def _cursor(base: type, recorder: CallRecorder) -> type:
    return _subclass(base, _methods(base, recorder))


def _methods(base: type, recorder: CallRecorder) -> dict[str, Any]:
    return {name: recorded(recorder, getattr(base, name), SQL, _describe) for name in EXECUTE}


def _subclass(base: type, methods: dict[str, Any]) -> type:
    names = {"__module__": base.__module__, "__qualname__": base.__qualname__}
    return type(base.__name__, (base,), {**methods, **names, "__doc__": base.__doc__})


def _describe(executor: Any, sql: Any, *args: Any) -> Detail:
    del executor, args
    return sql, "sqlite", "sqlite3"
