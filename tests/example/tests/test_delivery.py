"""Deliveries. This module cannot be imported: what it tests has not been written yet."""

from __future__ import annotations

from widget_shop.delivery import Route  # type: ignore[import-not-found]


def test_a_route_visits_every_customer() -> None:
    assert Route(["Ada", "Grace"]).stops == 2
