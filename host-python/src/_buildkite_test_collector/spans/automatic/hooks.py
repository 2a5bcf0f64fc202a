"""Functions of others that are wrapped, and put back where they are still ours."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, Optional

from .recorder import CallRecorder, Detail

#: Returns what a call is, from its arguments; none where it is no call of its section.
Describe = Callable[..., Optional[Detail]]

#: The file that our frames around others' functions are said to be in. `warnings` passes over a
#: frame whose file has these two words in its name, as it does over the import system's: a warning
#: that names the caller's line goes on naming it. In angle brackets it is no file to those who look
#: for one.
FILE = "<buildkite_test_collector, importlib._bootstrap>"


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

    def wrap_awaitable(self, owner: type, name: str, section: str, describe: Describe) -> None:
        """Record the calls of a method that returns a coroutine, and is no coroutine function."""
        self._wrap(owner, name, section, describe, recorded_awaitable)

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
    function = unbound(original)

    def recording(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        call = recorder.begin(section)
        if call is None:
            return function(*args, **kwargs)
        detail = described(describe, args, kwargs)
        if detail is None:
            recorder.cancel(call)
            return function(*args, **kwargs)
        try:
            return function(*args, **kwargs)
        finally:
            recorder.end(call, detail)

    return in_place_of(original, recording)


def recorded_async(recorder: CallRecorder, original: Any, section: str, describe: Describe) -> Any:
    """Return a coroutine function that does what another one does, and records it."""
    function = unbound(original)

    async def recording(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        call = recorder.begin(section)
        if call is None:
            return await function(*args, **kwargs)
        detail = described(describe, args, kwargs)
        if detail is None:
            recorder.cancel(call)
            return await function(*args, **kwargs)
        try:
            return await function(*args, **kwargs)
        finally:
            recorder.end(call, detail)

    return in_place_of(original, recording)


def recorded_awaitable(
    recorder: CallRecorder, original: Any, section: str, describe: Describe
) -> Any:
    """Return a function that does what another one does, and records what is awaited of it."""

    async def awaiting(coroutine: Any, *args: Any, **kwargs: Any) -> Any:
        del args, kwargs
        return await coroutine

    def described(coroutine: Any, *args: Any, **kwargs: Any) -> Detail | None:
        del coroutine
        return describe(*args, **kwargs)

    function = unbound(original)
    awaited = recorded_async(recorder, awaiting, section, described)

    def recording(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return awaited(function(*args, **kwargs), *args, **kwargs)

    return in_place_of(original, recording)


def unbound(original: Any) -> Any:
    """Return a function that calls a method with its instance first.

    What a class has may be another tool's proxy of a function, as wrapt's, which says that it is
    one. It learns its instance by being bound, and by nothing else.
    """
    if type(original) is not FunctionType and isinstance(original, FunctionType):

        def binding(instance: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            return original.__get__(instance, type(instance))(*args, **kwargs)

        binding.__code__ = binding.__code__.replace(co_filename=FILE)
        return binding
    return original


def in_place_of(original: Any, function: Any) -> Any:
    """Return a function of ours as one that stands in the place of another."""
    function = functools.update_wrapper(function, original)
    # Whoever has wrapped it before, and takes what is there for its own wrapper by the attributes
    # that it copied, finds what it is to put back, and not its own wrapper.
    function.__wrapped__ = getattr(original, "__wrapped__", original)
    function.__code__ = function.__code__.replace(co_filename=FILE)
    return function


def described(describe: Describe, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Detail | None:
    """Return what a call is, or that nothing is known of it."""
    try:
        return describe(*args, **kwargs)
    except Exception:
        return ()


def quiet(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function for another's event, to which no error of ours is told."""

    def listener(*args: Any) -> None:
        with contextlib.suppress(Exception):
            function(*args)

    return listener
