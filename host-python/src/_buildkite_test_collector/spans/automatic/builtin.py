"""Objects in the place of builtin functions, which can do what those can.

A function would become a method where it is a class's attribute, and could be pickled under another
name alone.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from .hooks import FILE


class Builtin:
    """Is called as a builtin function, and does what a function of ours does."""

    __slots__ = ("__name__", "__self__", "__wrapped__", "_function")

    def __init__(self, original: Any, module: ModuleType, function: Callable[..., Any]) -> None:
        self.__wrapped__ = original
        self.__name__: str = original.__name__
        self.__self__ = module
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it."""
        __tracebackhide__ = True
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __reduce__(self) -> str:
        return self.__name__

    def __copy__(self) -> Builtin:
        return self

    def __deepcopy__(self, memo: Any) -> Builtin:
        return self


def builtin(original: Any, module: ModuleType, function: Callable[..., Any]) -> Builtin:
    """Return an object in the place of a module's builtin function.

    Whoever looks at it sees what the builtin says of itself.
    """
    names = {"__module__": module.__name__, "__doc__": original.__doc__, "__slots__": ()}
    kind = type(original.__name__.capitalize(), (Builtin,), names)
    function.__code__ = function.__code__.replace(co_filename=FILE)
    made: Builtin = kind(original, module, function)
    return made


Builtin.__call__.__code__ = Builtin.__call__.__code__.replace(co_filename=FILE)
