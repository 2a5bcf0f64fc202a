"""What a customer is about to buy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Widget:
    """Something to buy; its price is in cents."""

    name: str
    cents: int


class Basket:
    """Widgets, and how many of each."""

    def __init__(self) -> None:
        self._pieces: Counter[Widget] = Counter()

    def add(self, widget: Widget, pieces: int = 1) -> None:
        """Puts some in; there is at least one to put."""
        if pieces < 1:
            raise ValueError(f"cannot add {pieces} of {widget.name}")
        self._pieces[widget] += pieces

    def remove(self, widget: Widget) -> None:
        """Takes all of them out."""
        del self._pieces[widget]

    def __iter__(self) -> Iterator[tuple[Widget, int]]:
        return iter(self._pieces.items())

    def __len__(self) -> int:
        return sum(self._pieces.values())

    @property
    def total(self) -> int:
        """What all of it costs, in cents."""
        return sum(widget.cents * pieces for widget, pieces in self)
