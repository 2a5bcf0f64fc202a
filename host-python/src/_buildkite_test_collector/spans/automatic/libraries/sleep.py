"""`time.sleep`, where it takes time."""

from __future__ import annotations

import time
from typing import Any

from ..builtin import builtin
from ..hooks import Hooks
from ..recorder import SLEEP


def install(hooks: Hooks) -> None:
    """Record each sleep."""
    original, recorder = time.sleep, hooks.recorder

    def sleep(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        # Whoever sleeps for no time lets others run.
        is_nothing = len(args) == 1 and type(args[0]) in (int, float) and args[0] == 0
        call = None if is_nothing else recorder.begin(SLEEP)
        if call is None:
            return original(*args, **kwargs)
        try:
            return original(*args, **kwargs)
        finally:
            recorder.end(call, ())

    hooks.put(time, "sleep", builtin(original, time, sleep))
