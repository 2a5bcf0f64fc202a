"""Notes when a suite's first test begins and its last one ends, for whoever measures the suite."""

from __future__ import annotations

import os
import time


def mark() -> None:
    """Note the CPU time of this process so far, and the time of day, both in seconds."""
    path = os.environ.get("BENCHMARK_MARKS")
    if path is not None:
        with open(path, "a", encoding="ascii") as file:
            file.write(f"{time.process_time()} {time.time()}\n")
