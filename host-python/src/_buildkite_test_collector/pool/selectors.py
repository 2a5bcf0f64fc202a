"""What bktec asks for, as files and the tests in them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..clock import START_DIRECTORY


class SelectorError(Exception):
    """What is asked for cannot be there; the text is for people."""


class Selector(NamedTuple):
    """A file, a folder, or a part of a file."""

    #: As bktec says it.
    text: str
    #: The file's or folder's absolute path.
    path: str
    #: What of it is meant, as node ids have it: `::TestCart::test_add`; empty for all.
    names: str
    #: Whether it is one test: bktec sees by itself that it has no result.
    is_example: bool
    #: Whether there is such a file or folder.
    is_there: bool = True

    def takes(self, names: str) -> bool:
        """Return whether a test of the file is meant, by what its node id has behind the file.

        >>> Selector("", "", "::test_add", is_example=False).takes("::test_add[1]")
        True
        >>> Selector("", "", "::test_add", is_example=False).takes("::test_address")
        False
        """
        rest = names[len(self.names) :]
        return names.startswith(self.names) and (
            not rest or not self.names or rest.startswith(("::", "["))
        )


def selector_of(test: Mapping[str, Any], root: str) -> Selector:
    """Read a test of a batch.

    Paths are seen from the directory where the runner was started, wherever a test has gone since,
    or else from pytest's root directory, from where node ids are.

    Raises:
        SelectorError: it is none.
    """
    fields = {"selector": ("value",), "file": ("path",), "example": ("identifier", "path")}
    kind = test.get("format")
    if not isinstance(kind, str) or kind not in fields:
        raise SelectorError(f"a test has the format {kind!r}, which this runner does not know")
    texts = [text for field in fields[kind] if isinstance(text := test.get(field), str) and text]
    if not texts:
        raise SelectorError("a test has no name")
    for text in texts:
        # An identifier may be anything, the id of a result for one.
        file, separator, names = text.partition("::")
        for base in (START_DIRECTORY, root):
            path = os.path.normpath(os.path.join(base, file))
            if file and "\0" not in file and os.path.exists(path):
                return Selector(text, path, separator + names, kind == "example")
    text = texts[-1]
    file, separator, names = text.partition("::")
    path = os.path.normpath(os.path.join(START_DIRECTORY, file))
    return Selector(text, path, separator + names, kind == "example", is_there=False)


def seen_from_start(path: str) -> str:
    """Return a path as bktec dispatches it, with slashes."""
    return os.path.relpath(path, START_DIRECTORY).replace(os.sep, "/")
