"""The tags that markers give to a test."""

from __future__ import annotations

from typing import Any

import pytest

from ..text import plain

#: The marker that tags an execution.
MARKER = "execution_tag"


def read_tags(item: pytest.Item) -> list[list[Any]]:
    """Return the tags that an item's markers give it, as lists of a key and a value.

    The closest marker wins, and of two at one place the later. A malformed marker keeps its form:
    it is the component that says what a tag may be.
    """
    tags: dict[Any, list[Any]] = {}
    for node in item.listchain():
        for mark in node.own_markers:
            if mark.name == MARKER:
                tag = _read_tag(mark)
                tags[repr(tag[:1])] = tag
    return list(tags.values())


def _read_tag(mark: pytest.Mark) -> list[Any]:
    """Return a marker's key and value; fewer where it has fewer, no texts where it has more."""
    if len(mark.args) + len(mark.kwargs) > 2 or not mark.kwargs.keys() <= {"key", "value"}:
        key = mark.args[0] if mark.args else None
        return [plain(key), [plain(mark.args), plain(mark.kwargs)]]
    given = [*mark.args]
    given += [mark.kwargs[name] for name in ("key", "value")[len(given) :] if name in mark.kwargs]
    return [value if isinstance(value, str) else [repr(value)] for value in plain(given)]
