"""Prints what it costs the plugin to have its component ready, in milliseconds of CPU.

Importing wasmtime, which has its own line, is not counted.
Nothing is cached that an earlier process could have left: `HOME` is a folder of the benchmark's.
"""

from __future__ import annotations

import time


def main() -> None:
    """Make a run, where nothing of ours is loaded."""
    # It is there before any plugin.
    import pytest  # noqa: F401
    import wasmtime.component  # noqa: F401

    start = time.process_time()
    from _buildkite_test_collector.component.component import Component

    # As a small run has it.
    Component(size=0).run(uploads=True, results=False)
    print((time.process_time() - start) * 1e3)


if __name__ == "__main__":
    main()
