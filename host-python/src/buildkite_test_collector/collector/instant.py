"""What users record times with."""

from __future__ import annotations

from _buildkite_test_collector.spans.data import Instant

__all__ = ["Instant"]
