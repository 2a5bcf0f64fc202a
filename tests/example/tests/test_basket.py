"""Baskets, in the two styles in which people group tests."""

from __future__ import annotations

import os
import unittest

import pytest
from goods import FLANGE, SPROCKET

from widget_shop.basket import Basket

pytestmark = pytest.mark.execution_tag("team", "shopping")


@pytest.mark.execution_tag("feature", "basket")
class TestBasket:
    def test_is_empty_at_first(self) -> None:
        assert len(Basket()) == 0

    def test_counts_every_piece(self, basket: Basket) -> None:
        assert len(basket) == 3

    # The closest tag wins: this test belongs to another team than its module.
    @pytest.mark.execution_tag("team", "pricing")
    def test_knows_its_total(self, basket: Basket) -> None:
        assert basket.total == 2 * 250 + 1_999

    def test_is_printed(self) -> None:
        if "PRINTER" not in os.environ:
            pytest.skip("there is no printer here")

    @pytest.mark.skip(reason="gift wrapping comes next spring")
    def test_is_gift_wrapped(self) -> None:
        raise AssertionError("a skipped test does not run")


class BasketChanges(unittest.TestCase):
    def setUp(self) -> None:
        self.basket = Basket()
        self.basket.add(SPROCKET, 2)

    def test_adding_the_same_again(self) -> None:
        self.basket.add(SPROCKET)
        self.assertEqual(len(self.basket), 3)

    def test_adding_nothing(self) -> None:
        for pieces in (0, -1):
            with self.subTest(pieces=pieces), self.assertRaises(ValueError):
                self.basket.add(FLANGE, pieces)

    # Fails: nobody has decided yet what removing an absent widget should do.
    def test_removing_what_is_not_in_it(self) -> None:
        with self.assertRaises(KeyError):
            self.basket.remove(FLANGE)
