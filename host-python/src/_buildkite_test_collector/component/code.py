"""Which code of the component runs, and how wasmtime is set up for it.

wasmtime is imported by these functions alone, and not before a component is loaded: the import
costs tens of milliseconds.
"""

from __future__ import annotations

import contextlib
import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ComponentError

if TYPE_CHECKING:
    from wasmtime import Config
else:
    # Imported when it is needed alone.
    Config = Any

#: The component that the package carries.
PACKAGED = Path(__file__).with_name("collector.wasm")

#: The same, as bytecode for wasmtime's interpreter, of the wasmtime that the package was built
#: with; the package does without it.
BYTECODE = Path(__file__).with_name("collector.cwasm")
BYTECODE_TARGET = "pulley64"

#: Up to how many bytes of events it takes less time to interpret the component than to compile it:
#: a line costs many times as much, and compiling a third of a second.
INTERPRET_MAX_BYTES = 1152 << 10

#: Up to how many bytes of events it takes less time to compile it without optimizing, which takes a
#: fifth less, and to run it then, which takes up to a fifth longer: some 70,000 tests.
COMPILE_QUICKLY_MAX_BYTES = 16 << 20

#: How much memory must be free for the component to be loaded, in bytes. Some libraries do not
#: return from a request for memory that fails: they end the process.
HEADROOM = 192 << 20

MEMORY_IS_SHORT = "the component cannot be loaded: memory is short"


def load_code(path: Path, size: int) -> tuple[Any, Any, bool]:
    """Return an engine, the component's code for it, and whether that is interpreted.

    Args:
        path: The component.
        size: How many bytes it is going to be fed at most.

    Raises:
        ComponentError: memory is short, or this wasmtime is too old.
    """
    try:
        mmap.mmap(-1, HEADROOM).close()
    except OSError as error:
        raise ComponentError(MEMORY_IS_SHORT) from error
    from wasmtime import Engine, WasmtimeError, component

    if size <= INTERPRET_MAX_BYTES and path == PACKAGED:
        # Bytecode is for one wasmtime, and another one refuses it.
        with contextlib.suppress(WasmtimeError, OSError, ComponentError):
            engine = Engine(_config(target=BYTECODE_TARGET))
            return engine, component.Component.deserialize_file(engine, str(BYTECODE)), True
    level = "none" if size <= COMPILE_QUICKLY_MAX_BYTES else "speed"
    engine = Engine(_config(cranelift_opt_level=level))
    return engine, component.Component(engine, path.read_bytes()), False


def _config(**more: str) -> Config:
    """Return how wasmtime runs the component, with more settings for how it is compiled."""
    from wasmtime import Config

    config = Config()
    # Compiling in parallel leaves threads behind, and a child forked after it hangs.
    _set(config, "parallel_compilation", False)
    # Traps by signal do not get along with pytest's faulthandler: the process would die.
    _set(config, "signals_based_traps", False)
    # The default reserves 4 GiB of address space, which RLIMIT_AS forbids.
    _set(config, "memory_reservation", 64 << 20)
    _set(config, "memory_guard_size", 0)
    for name, value in more.items():
        _set(config, name, value)
    return config


def bytecode(component: Path) -> bytes:
    """Return a component as bytecode for the wasmtime that is installed."""
    from wasmtime import Engine
    from wasmtime.component import Component as Code

    return bytes(Code(Engine(_config(target=BYTECODE_TARGET)), component.read_bytes()).serialize())


def _set(config: object, name: str, value: object) -> None:
    """Set a property, which must exist: wasmtime would take a misspelt one in silence."""
    if not hasattr(type(config), name):
        raise ComponentError(f"this wasmtime has no setting {name}; 45 or newer is needed")
    setattr(config, name, value)
