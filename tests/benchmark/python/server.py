"""Stand-ins for Test Engine, one after another, for whoever writes to standard input.

A line with a number opens one that answers after so many seconds, and is answered with its URL. An
empty line closes it, and is answered with what it saw, as JSON.
"""

from __future__ import annotations

import itertools
import json
import sys

from stand_in import TestEngine, faults


def main() -> None:
    """Serve until the input ends."""
    for line in sys.stdin:
        delay = faults.Delay(float(line))
        with TestEngine(script=itertools.repeat(delay), checks_results=False) as engine:
            print(engine.url, flush=True)
            sys.stdin.readline()
        print(json.dumps(seen(engine)), flush=True)


def seen(engine: TestEngine) -> dict[str, int]:
    """Return what a stand-in saw."""
    return {
        "requests": len(engine.requests),
        "connections": engine.connections,
        "bytes": sum(request.wire_size for request in engine.requests),
        "results": len(engine.executions),
    }


if __name__ == "__main__":
    main()
