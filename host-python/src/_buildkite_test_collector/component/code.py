"""Which code of the component runs, and how wasmtime is set up for it.

The first of these that fits:

| code                        | the package has it for                 | is taken for |
|-----------------------------|----------------------------------------|--------------|
| machine code                | Linux on some processors, one wasmtime | all runs     |
| bytecode                    | that wasmtime                          | small runs   |
| compiled without optimizing |                                        | larger ones  |
| compiled                    |                                        | the largest  |

What fits wasmtime knows best: it refuses code for another version of it, another processor or
system, or other settings. It is imported by these functions alone, and not before a component is
loaded: the import costs tens of milliseconds.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ComponentError

if TYPE_CHECKING:
    from wasmtime import Config
else:
    # Imported when it is needed alone.
    Config = Any

#: The component that the package carries; what was made of it lies beside it.
PACKAGED = Path(__file__).with_name("collector.wasm")

#: The name of the digests of that, as `sha256sum` has them.
DIGESTS = "SHA256SUMS"

#: The processors of which there is machine code, for Linux.
PROCESSORS = ("x86_64", "aarch64")

#: The target of wasmtime's interpreter.
INTERPRETER = "pulley64"

#: What kinds of code there are, in words.
MACHINE_CODE, BYTECODE, COMPILED = "machine code", "bytecode", "compiled"

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


def load_code(path: Path, size: int, *, in_parallel: bool) -> tuple[Any, Any, str]:
    """Return an engine, the code for it that suits best, and which kind that is.

    Args:
        path: The component.
        size: How many bytes it is going to be fed at most.
        in_parallel: Whether all processors may compile it, and threads be left behind.

    Raises:
        ComponentError: memory is short, or this wasmtime is too old.
    """
    try:
        mmap.mmap(-1, HEADROOM).close()
    except OSError as error:
        raise ComponentError(MEMORY_IS_SHORT) from error
    from wasmtime import Engine, WasmtimeError, component

    for kind, target in _targets():
        if kind == BYTECODE and size > INTERPRET_MAX_BYTES:
            continue
        with contextlib.suppress(WasmtimeError, OSError, ComponentError):
            code = _undamaged(path, target)
            # A processor is not named: of another one than this wasmtime's it ends the process.
            engine = Engine(_config(target=target) if kind == BYTECODE else _config())
            return engine, component.Component.deserialize(engine, code), kind
    level = "none" if size <= COMPILE_QUICKLY_MAX_BYTES else "speed"
    engine = Engine(_config(cranelift_opt_level=level, parallel_compilation=in_parallel))
    return engine, component.Component(engine, path.read_bytes()), COMPILED


def precompile(path: Path, folder: Path) -> None:
    """Write what code wasmtime can make here of a component: for this processor and no other.

    Asked for another processor's, wasmtime-py ends the process.
    """
    from wasmtime import Engine
    from wasmtime.component import Component

    for _, target in _targets():
        code = Component(Engine(_config(target=target)), path.read_bytes()).serialize()
        (folder / file_name(target)).write_bytes(code)


def file_name(target: str) -> str:
    """Return the name of the file with the code for a target."""
    return f"collector.{target}.cwasm"


def _targets() -> Iterator[tuple[str, str]]:
    """Yield for which of wasmtime's targets there is code that may run here, the fastest first."""
    if sys.platform == "linux" and (processor := os.uname().machine) in PROCESSORS:
        # With musl as well: wasmtime looks at processor and system.
        yield MACHINE_CODE, f"{processor}-unknown-linux-gnu"
    yield BYTECODE, INTERPRETER


def _undamaged(path: Path, target: str) -> bytes:
    """Return the code beside a component for a target.

    Raises:
        OSError: there is none.
        ComponentError: it is not what was put there. wasmtime would not see it, and run it.
    """
    from hashlib import sha256

    file = path.with_name(file_name(target))
    code = file.read_bytes()
    line = f"{sha256(code).hexdigest()}  {file.name}"
    if line not in path.with_name(DIGESTS).read_text("utf-8", "replace").splitlines():
        raise ComponentError(f"{file} is damaged")
    return code


def _config(**more: str | bool) -> Config:
    """Return how wasmtime runs the component, with more settings for how it is compiled.

    Code that was made with other settings is refused: `xtask/precompile` has the same.
    """
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


def _set(config: object, name: str, value: object) -> None:
    """Set a property, which must exist: wasmtime would take a misspelt one in silence."""
    if not hasattr(type(config), name):
        raise ComponentError(f"this wasmtime has no setting {name}; 45 or newer is needed")
    setattr(config, name, value)
