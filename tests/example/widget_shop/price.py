"""Prices: whole cents, so that sums are exact."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"€?\s*(\d+)(?:[.,](\d\d))?")


def parse(text: str) -> int:
    """The cents of a price as a person writes it: ``€12.50``, ``12,50`` or ``12``."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a price")
    euros, cents = found.groups(default="00")
    return int(euros) * 100 + int(cents)


def show(cents: int) -> str:
    """Cents as the shop writes a price: ``€12.50``."""
    return f"€{cents // 100}.{cents % 100:02}"


def discounted(cents: int, percent: int) -> int:
    """A price less a discount, to the nearest cent."""
    return round(cents * (100 - percent) / 100)
