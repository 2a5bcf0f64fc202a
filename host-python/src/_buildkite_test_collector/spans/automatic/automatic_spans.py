"""Automatic spans in a process that runs tests: begun with its tests, taken with their reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ...recording.evidence import Evidence, ThreadWatch
from .calls import CallBuffer
from .recorder import CallRecorder
from .registry import Registry


class AutomaticSpans:
    """Hooks into libraries, and gives each test's calls to its reports."""

    def __init__(self, evidence: Evidence, libraries: Iterable[str], minimum: int) -> None:
        """Record the calls of some libraries.

        Args:
            evidence: Knows which test runs.
            libraries: Their names, as the setting has them.
            minimum: From how many nanoseconds on a call is a span of its own.
        """
        self._evidence = evidence
        self._minimum = minimum
        self._registry = Registry(libraries, CallRecorder(evidence, minimum))
        # Now, before tests import functions by name.
        self._registry.look()

    @property
    def problems(self) -> list[str]:
        """What went wrong, in sentences."""
        return self._registry.problems

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self) -> None:
        """A test is about to run here or in a child: by now what it uses is loaded, mostly."""
        self._registry.look()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """An attempt at a test begins."""
        self._evidence.of_item(item).calls = CallBuffer()

    def take(self, calls: CallBuffer, *, is_last: bool) -> list[tuple[Any, ...]]:
        """Return the spans of a test since its last report."""
        return calls.take(self._minimum, is_last=is_last)

    def pytest_unconfigure(self) -> None:
        """The run is over."""
        self._registry.remove()


def watch(
    config: pytest.Config, evidence: Evidence, libraries: Iterable[str], minimum_ms: float
) -> None:
    """Record automatic spans in this process, until the end of its run."""
    evidence.automatic = AutomaticSpans(evidence, libraries, int(minimum_ms * 1e6))
    config.pluginmanager.register(evidence.automatic)
    # Calls come from any thread: each is to find its test.
    config.pluginmanager.register(ThreadWatch(evidence))
