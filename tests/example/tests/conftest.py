"""A shop to test with: a basket, a shelf and a bank."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from goods import FLANGE, SPROCKET, slow_bank
from widget_shop.bank import BankService
from widget_shop.basket import Basket
from widget_shop.checkout import Shelf


@pytest.fixture
def basket() -> Basket:
    basket = Basket()
    basket.add(SPROCKET, 2)
    basket.add(FLANGE)
    return basket


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with closing(sqlite3.connect(":memory:")) as database:
        shelf = Shelf(database)
        shelf.fill(SPROCKET, 10)
        shelf.fill(FLANGE, 3)
        yield shelf


@pytest.fixture(scope="session")
def bank() -> Iterator[BankService]:
    with slow_bank() as url:
        yield BankService(url)
