"""`asyncio.sleep`: a coroutine function in its place, which mocks take for what it is.

Sleeps of several tasks at once overlap, so that they may be more in all than there was time.
"""

from __future__ import annotations

import asyncio
from typing import Any

from ..hooks import Hooks, recorded_async
from ..recorder import SLEEP, Detail


def install(hooks: Hooks) -> None:
    """Record each sleep, under both of its names."""
    original = asyncio.tasks.sleep
    sleep = recorded_async(hooks.recorder, original, SLEEP, _describe)
    for module in (asyncio, asyncio.tasks):
        if vars(module).get("sleep") is original:
            hooks.put(module, "sleep", sleep)


def _describe(*args: Any, **kwargs: Any) -> Detail:
    del args, kwargs
    return ()
