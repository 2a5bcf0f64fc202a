"""Makes a test that has run as it was before, to run once more."""

from __future__ import annotations

from typing import Any

import pytest

#: What pytest caches of a method and of the instance that it is bound to.
BOUND = ("_instance", "_obj")


class Refreshing:
    """What tests were like when they were collected."""

    def __init__(self) -> None:
        self._markers: dict[pytest.Item, list[pytest.Mark]] = {}
        self._have_run: set[pytest.Item] = set()

    def remember(self, item: pytest.Item) -> None:
        """Note what a test is like."""
        if item.own_markers:
            self._markers[item] = [*item.own_markers]

    def prepare(self, item: pytest.Item) -> None:
        """Have a test run as if for the first time: in an instance of its own, without its past."""
        if item not in self._have_run:
            self._have_run.add(item)
            return
        of: dict[str, Any] = item.__dict__
        if isinstance(item, pytest.Function) and isinstance(item.parent, pytest.Class):
            for name in BOUND:
                of.pop(name, None)
        # A test that failed would have in its report what it printed before.
        for name in ("_report_sections", "user_properties"):
            of.get(name, []).clear()
        item.own_markers[:] = self._markers.get(item, [])
