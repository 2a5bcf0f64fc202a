"""What the end of a large run cannot do without: ``python ending.py WASM BODIES COUNT``.

It imports wasmtime and compiles a component, imports what sends, and compresses so many bodies, of
which a file has some, one a line; no line of the plugin's runs. It prints milliseconds of CPU.

Without arguments it does nothing, which is what an interpreter costs that has pytest, as every
process has that loads the plugin.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import cycle, islice
from pathlib import Path

import pytest  # noqa: F401

#: How hard the plugin compresses.
LEVEL = 5


def main(wasm: str, bodies: str, count: str) -> float:
    """Return milliseconds of CPU."""
    lines = Path(bodies).read_bytes().splitlines()
    began = time.process_time()
    import gzip

    import urllib3  # noqa: F401
    from engine import engine
    from wasmtime import component

    component.Component(engine("none"), Path(wasm).read_bytes())
    for body in islice(cycle(lines), int(count)):
        gzip.compress(body, LEVEL)
    return (time.process_time() - began) * 1e3


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:]) if len(sys.argv) > 1 else 0.0))
