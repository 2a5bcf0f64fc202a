"""`asyncio.sleep`: a coroutine function in its place, which mocks take for what it is.

Sleeps of several tasks at once overlap, so that they may be more in all than there was time.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from ..hooks import Hooks
from ..recorder import SLEEP


def install(hooks: Hooks) -> None:
    """Record each sleep, under both of its names."""
    original = asyncio.tasks.sleep
    recorder = hooks.recorder

    @functools.wraps(original)
    async def sleep(*args: Any, **kwargs: Any) -> Any:
        call = recorder.begin(SLEEP)
        if call is None:
            return await original(*args, **kwargs)
        try:
            return await original(*args, **kwargs)
        finally:
            recorder.end(call, ())

    for module in (asyncio, asyncio.tasks):
        if vars(module).get("sleep") is original:
            hooks.put(module, "sleep", sleep)
