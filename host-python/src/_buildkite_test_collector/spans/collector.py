"""The fixture `spans`: how users record what happens inside a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..recording.evidence import Evidence
from .data import Section, TestData, TestSpan


class SpanCollector:
    """Records spans for the test that is running: what the fixture `spans` gives.

    All methods can be called from any thread and any task, and outside tests, where they do
    nothing.
    """

    def __init__(self, evidence: Evidence | None) -> None:
        self._evidence = evidence

    def record(self, span: TestSpan) -> None:
        """Add a span to the test that is running."""
        if self._evidence is not None:
            self._evidence.spans().record(span)

    @contextmanager
    def measure(self, section: Section, detail: Mapping[str, Any] | None = None) -> Iterator[None]:
        """Measure a block as a span of the test that is running.

        Spans measured inside it become its children. A block that the test leaves open is measured
        up to the test's end.
        """
        if self._evidence is None:
            yield
            return
        spans = self._evidence.spans()
        number = spans.open(section, detail)
        try:
            yield
        finally:
            spans.close(number)

    def current_test(self) -> TestData | None:
        """Return the test that is running, or `None` outside tests."""
        return self._evidence.current_test() if self._evidence is not None else None
