"""`time.sleep`: an object in its place that can do what the builtin can.

A function would become a method where it is a class's attribute, and could be pickled under another
name alone.
"""

from __future__ import annotations

import time
from typing import Any

from ..hooks import Hooks
from ..recorder import SLEEP, CallRecorder


class Sleep:
    """Sleeps as `time.sleep` does, and records it."""

    __slots__ = ("__name__", "__self__", "__wrapped__", "_recorder")

    def __init__(self, original: Any, recorder: CallRecorder) -> None:
        self.__wrapped__ = original
        self.__name__ = "sleep"
        self.__self__ = time
        self._recorder = recorder

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Sleep."""
        __tracebackhide__ = True
        # Whoever sleeps for no time lets others run.
        is_nothing = len(args) == 1 and type(args[0]) in (int, float) and args[0] == 0
        call = None if is_nothing else self._recorder.begin(SLEEP)
        if call is None:
            return self.__wrapped__(*args, **kwargs)
        try:
            return self.__wrapped__(*args, **kwargs)
        finally:
            self._recorder.end(call, ())

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __reduce__(self) -> str:
        return "sleep"

    def __copy__(self) -> Sleep:
        return self

    def __deepcopy__(self, memo: Any) -> Sleep:
        return self


# Whoever looks at the object sees what the builtin says of itself.
Sleep.__module__, Sleep.__doc__ = "time", time.sleep.__doc__


def install(hooks: Hooks) -> None:
    """Record each sleep."""
    hooks.put(time, "sleep", Sleep(time.sleep, hooks.recorder))
