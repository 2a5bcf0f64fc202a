"""An engine of wasmtime's, as the plugin sets it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wasmtime import Engine


def engine(level: str, target: str | None = None) -> Engine:
    """Return one that compiles with this much optimizing, for a target or for the processor."""
    from wasmtime import Config, Engine

    config = Config()
    config.parallel_compilation = False
    config.signals_based_traps = False
    config.memory_reservation = 64 << 20
    config.memory_guard_size = 0
    config.cranelift_opt_level = level
    if target is not None:
        config.target = target
    return Engine(config)
