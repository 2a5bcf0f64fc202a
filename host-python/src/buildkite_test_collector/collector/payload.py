"""What users record spans with."""

from __future__ import annotations

from _buildkite_test_collector.spans.data import TestData, TestSpan

__all__ = ["TestData", "TestSpan"]
