"""What users record times with."""

from __future__ import annotations

from ..spans import Instant

__all__ = ["Instant"]
