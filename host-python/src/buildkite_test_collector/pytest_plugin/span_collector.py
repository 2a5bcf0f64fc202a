"""What the fixture `spans` gives."""

from __future__ import annotations

from _buildkite_test_collector.spans.collector import SpanCollector

__all__ = ["SpanCollector"]
