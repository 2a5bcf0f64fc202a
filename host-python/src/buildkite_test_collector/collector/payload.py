"""What users record spans with."""

from __future__ import annotations

from ..spans import TestData, TestSpan

__all__ = ["TestData", "TestSpan"]
