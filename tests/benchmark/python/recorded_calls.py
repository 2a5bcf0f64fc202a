"""Prints what automatic spans cost in CPU: ms to start, and µs for a call of each kind.

A call is one of an empty method, beside the same without us; both take turns, and the smallest
difference counts, since whatever else the machine does only adds to it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

#: How many calls are measured at once, and how often.
CALLS, ROUNDS = 20_000, 15


class Empty:
    """A class of a library's."""

    def method(self, method: str, url: str) -> None:
        """Do nothing."""


def main() -> None:
    """Measure and print."""
    # What every run has loaded, and what tests usually have.
    import urllib.request

    import pytest
    from _buildkite_test_collector.recording.evidence import Evidence

    del urllib, pytest
    evidence = Evidence()
    before = set(sys.modules)
    start = time.process_time()
    from _buildkite_test_collector.spans.automatic.automatic_spans import AutomaticSpans
    from _buildkite_test_collector.spans.automatic.names import USUAL

    spans = AutomaticSpans(evidence, USUAL, 0)
    costs = {"start": (time.process_time() - start) * 1e3}
    assert not spans.problems, spans.problems
    assert set(sys.modules) - before, "nothing was loaded"

    from _buildkite_test_collector.spans.automatic.calls import CallBuffer
    from _buildkite_test_collector.spans.automatic.hooks import Hooks
    from _buildkite_test_collector.spans.automatic.recorder import HTTP, CallRecorder

    plain = Empty.method
    for kind, minimum in (("recorded", 0), ("summed", 10**12), ("outside", 0)):
        evidence.current.calls = None if kind == "outside" else CallBuffer()
        hooks = Hooks(CallRecorder(evidence, minimum))
        hooks.wrap(Empty, "method", HTTP, described)
        costs[kind] = difference(Empty.method, plain)
        calls = evidence.current.calls
        assert calls is None or calls.take(minimum, is_last=True), "nothing was recorded"
        hooks.remove()
    print(json.dumps(costs))


def described(empty: Empty, method: str, url: str) -> tuple[str, str, str]:
    """Return what a call is, as a library's module does."""
    del empty
    return method, url, "library"


def difference(ours: Callable[..., Any], plain: Callable[..., Any]) -> float:
    """Return how many microseconds of CPU one call takes longer than another."""
    empty = Empty()
    return min(seconds(ours, empty) - seconds(plain, empty) for _ in range(ROUNDS)) / CALLS * 1e6


def seconds(function: Callable[..., Any], empty: Empty) -> float:
    """Return how much CPU some calls take."""
    start = time.process_time()
    for _ in range(CALLS):
        function(empty, "GET", "http://a.test/path")
    return time.process_time() - start


if __name__ == "__main__":
    main()
