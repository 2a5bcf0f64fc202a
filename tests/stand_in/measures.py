"""Amounts as people read them, and as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ink import Ink

#: What is shorter on an axis has no length to speak of, in columns.
POINT = 0.05


def seconds(amount: float) -> str:
    """At most 8 columns: ``4 µs``, ``0.4 ms``, ``125 ms``, ``2.50 s``, ``3 min 20``; none for 0."""
    if amount == 0:
        return ""
    if amount < 0.00005:
        return f"{amount * 1e6:.0f} µs"
    if amount < 0.00995:
        return f"{amount * 1e3:.1f} ms"
    if amount < 0.9995:
        return f"{amount * 1e3:.0f} ms"
    if amount < 100:
        return f"{amount:.2f} s"
    minutes, rest = divmod(round(amount), 60)
    return f"{minutes} min {rest:02}"


def size(amount: int) -> str:
    """Bytes: ``812 B``, ``4.1 kB``, ``1.2 MB``."""
    if amount < 1000:
        return f"{amount} B"
    return f"{amount / 1e3:.1f} kB" if amount < 999_950 else f"{amount / 1e6:.1f} MB"


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """``1 request``, ``2 requests``."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def bar(ink: Ink, columns: float) -> str:
    """A bar of so many columns, to a fraction of one; never nothing at all."""
    steps = ink.glyphs.bar
    whole, rest = divmod(max(round(columns * len(steps)), 1), len(steps))
    return steps[-1] * whole + (steps[rest - 1] if rest else "")


def placed(ink: Ink, start: float, end: float, columns: int, *styles: str) -> str:
    """A bar on an axis of so many columns, from ``start`` to ``end`` (0 to 1, brought into that).

    What is too short for a bar is a point.
    """
    start, end = (min(max(place, 0.0), 1.0) for place in (start, end))
    first = min(int(start * columns), columns - 1)
    length = min((end - start) * columns, columns - first)
    drawn = ink.glyphs.point if length < POINT else bar(ink, length)
    axis = ink.glyphs.axis
    rest = axis * (columns - first - len(drawn))
    return ink(axis * first, "dim") + ink(drawn, *styles) + ink(rest, "dim")
