"""What the end of a large run cannot do without: ``python compiling.py WASM`` compiles a component.

Without an argument it does nothing, which is what an interpreter costs.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(wasm: str) -> None:
    """Compile, as the plugin does it in a hurry."""
    # pytest is there before any plugin.
    import pytest  # noqa: F401
    from wasmtime import Config, Engine, component

    config = Config()
    config.parallel_compilation = False
    config.signals_based_traps = False
    config.memory_reservation = 64 << 20
    config.memory_guard_size = 0
    config.cranelift_opt_level = "none"
    component.Component(Engine(config), Path(wasm).read_bytes())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        import pytest  # noqa: F401
