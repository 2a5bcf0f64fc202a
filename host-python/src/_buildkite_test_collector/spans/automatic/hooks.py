"""Functions of others that are wrapped, and put back where they are still ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

from .recorder import CallRecorder, Detail

#: Returns what a call was, from its arguments.
Describe = Callable[..., Detail]


class Hooks:
    """What was done to one library, and how it is undone."""

    def __init__(self, recorder: CallRecorder) -> None:
        self.recorder = recorder
        self._undo: list[Callable[[], object]] = []

    def wrap(self, owner: type, name: str, section: str, describe: Describe) -> None:
        """Record the calls of a method that a class itself defines."""
        self._wrap(owner, name, section, describe, recorded)

    def wrap_async(self, owner: type, name: str, section: str, describe: Describe) -> None:
        """Record the calls of a coroutine function that a class itself defines."""
        self._wrap(owner, name, section, describe, recorded_async)

    def _wrap(
        self, owner: type, name: str, section: str, describe: Describe, wrapper: Callable[..., Any]
    ) -> None:
        original = vars(owner).get(name)
        # Otherwise it is not there, or a mock that somebody holds.
        if isinstance(original, FunctionType):
            self.put(owner, name, wrapper(self.recorder, original, section, describe))

    def put(self, owner: Any, name: str, replacement: Any) -> None:
        """Put something in the place of an attribute, until `remove`."""
        original = vars(owner)[name]
        setattr(owner, name, replacement)

        def restore() -> None:
            # Somebody may have wrapped it in turn: then it stays, and does nothing.
            if vars(owner).get(name) is replacement:
                setattr(owner, name, original)

        self._undo.append(restore)

    def at_removal(self, undo: Callable[[], object]) -> None:
        """Have something done when the hooks are removed."""
        self._undo.append(undo)

    def remove(self) -> None:
        """Undo everything, the last first."""
        while self._undo:
            try:
                self._undo.pop()()
            except Exception:  # noqa: S112 - what tests have left broken may raise anything
                continue


def recorded(recorder: CallRecorder, original: Any, section: str, describe: Describe) -> Any:
    """Return a function that does what another one does, and records it."""

    @functools.wraps(original)
    def recording(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        call = recorder.begin(section)
        if call is None:
            return original(*args, **kwargs)
        detail = _described(describe, args, kwargs)
        try:
            return original(*args, **kwargs)
        finally:
            recorder.end(call, detail)

    return recording


def recorded_async(recorder: CallRecorder, original: Any, section: str, describe: Describe) -> Any:
    """Return a coroutine function that does what another one does, and records it."""

    @functools.wraps(original)
    async def recording(*args: Any, **kwargs: Any) -> Any:
        call = recorder.begin(section)
        if call is None:
            return await original(*args, **kwargs)
        detail = _described(describe, args, kwargs)
        try:
            return await original(*args, **kwargs)
        finally:
            recorder.end(call, detail)

    return recording


def _described(describe: Describe, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Detail:
    try:
        return describe(*args, **kwargs)
    except Exception:
        return ()
