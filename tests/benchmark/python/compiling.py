"""What the end of a large run cannot do without: ``python compiling.py WASM`` compiles a component.

Without an argument it does nothing, which is what an interpreter costs that has pytest, as every
process has that loads the plugin.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest  # noqa: F401


def main(wasm: str) -> None:
    """Compile, as the plugin does it in a hurry."""
    from engine import engine
    from wasmtime import component

    component.Component(engine("none"), Path(wasm).read_bytes())


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
