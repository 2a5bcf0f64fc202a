"""Forks: a child begins with the default handler of SIGTERM, and misses no signal."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Optional

    Handler = Callable[[int, Optional[FrameType]], None]
else:
    # What `typing` makes is held by `typing`.
    Handler = Any

# What is registered for forks stays until the process ends, and all that its module knows stays
# with it. pytest's loader, which pytest puts here, knows the whole run.
__loader__ = None
__spec__ = None  # type: ignore[assignment]

_handler: Handler | None = None
_mask: set[int] | None = None
_is_watching = False


def guard(handler: Handler) -> None:
    """Have no child that is forked from now on inherit this handler."""
    global _handler, _is_watching
    _handler = handler
    if not _is_watching and hasattr(os, "register_at_fork"):
        _is_watching = True
        os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_in_child)


def unguard(handler: Handler) -> None:
    """Forget this handler."""
    global _handler
    if _handler == handler:
        _handler = None


def _hold() -> None:
    """Hold the signal back: one that came before the child has its handler would be lost."""
    global _mask
    if _handler is not None:
        _mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))


def _release() -> None:
    global _mask
    if _mask is not None:
        mask, _mask = _mask, None
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _in_child() -> None:
    global _handler
    handler, _handler = _handler, None
    if handler is not None and signal.getsignal(signal.SIGTERM) == handler:
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _release()
