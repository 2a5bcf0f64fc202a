"""`--tag-filters KEY:VALUE`: run only the tests with that tag."""

from __future__ import annotations

import pytest

from .tags import read_tags


class TagFilter:
    """Deselects the tests whose tag of that key has another value, or that have none."""

    def __init__(self, text: str) -> None:
        key, _, value = text.partition(":")
        self._wanted = [key, value]

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave only the tests that are wanted."""
        kept = [item for item in items if self._wanted in read_tags(item)]
        dropped = [item for item in items if self._wanted not in read_tags(item)]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
            items[:] = kept
