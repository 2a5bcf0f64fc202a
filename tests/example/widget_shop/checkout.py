"""From a basket to an order: the stock is reserved, the card charged, the parcel sent."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Protocol

from .basket import Basket, Widget


class OutOfStock(Exception):
    """The shelf does not hold so many."""


class CardDeclined(Exception):
    """The bank says no."""


class Bank(Protocol):
    """Whoever moves the money."""

    def charge(self, cents: int) -> str:
        """Takes the money and gives a receipt, or raises `CardDeclined`."""


class Shelf:
    """The widgets in stock, and those that a customer has reserved."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("CREATE TABLE shelf (name TEXT PRIMARY KEY, free INT, reserved INT)")

    def fill(self, widget: Widget, pieces: int) -> None:
        """Puts a kind of widget on the shelf that was not there before."""
        self._database.execute("INSERT INTO shelf VALUES (?, ?, 0)", (widget.name, pieces))

    def reserve(self, widget: Widget, pieces: int) -> None:
        """Keeps some for a customer, or raises `OutOfStock` and keeps none."""
        reserved = self._database.execute(
            "UPDATE shelf SET free = free - :pieces, reserved = reserved + :pieces"
            " WHERE name = :name AND free >= :pieces",
            {"name": widget.name, "pieces": pieces},
        )
        if reserved.rowcount == 0:
            raise OutOfStock(f"there are not {pieces} of {widget.name}")

    def release(self, widget: Widget, pieces: int) -> None:
        """Puts back what was reserved."""
        self._database.execute(
            "UPDATE shelf SET free = free + :pieces, reserved = reserved - :pieces"
            " WHERE name = :name",
            {"name": widget.name, "pieces": pieces},
        )

    def ship(self, widget: Widget, pieces: int) -> None:
        """Takes what was reserved off the shelf."""
        self._database.execute(
            "UPDATE shelf SET reserved = reserved - ? WHERE name = ?", (pieces, widget.name)
        )

    def pieces(self) -> tuple[int, int]:
        """How many are free and how many reserved, of all kinds together."""
        query = "SELECT total(free), total(reserved) FROM shelf"
        free, reserved = self._database.execute(query).fetchone()
        return int(free), int(reserved)


@dataclass(frozen=True)
class Order:
    """What was bought, and the bank's receipt."""

    pieces: int
    cents: int
    receipt: str


def place_order(basket: Basket, shelf: Shelf, bank: Bank) -> Order:
    """Sells the basket; where the bank declines, the shelf is as before."""
    for widget, pieces in basket:
        shelf.reserve(widget, pieces)
    try:
        receipt = bank.charge(basket.total)
    except CardDeclined:
        for widget, pieces in basket:
            shelf.release(widget, pieces)
        raise
    for widget, pieces in basket:
        shelf.ship(widget, pieces)
    return Order(len(basket), basket.total, receipt)
