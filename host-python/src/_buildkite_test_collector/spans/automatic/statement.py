"""The text of a statement, without values: of texts, and of what psycopg composes them from."""

from __future__ import annotations

from typing import Any

#: What stands in the place of what may be a value.
PLACEHOLDER = "?"

#: How many parts of a composed statement are looked at.
PARTS = 1_000


def text(query: Any) -> str | None:
    """Return a statement's text; none where it is none that is known. Nothing of it is executed.

    A composed statement may hold literals, which neither `str` nor `repr` hides.
    """
    if isinstance(query, str):
        return str.__str__(query)
    if isinstance(query, (bytes, bytearray)):
        return bytes(query).decode("utf-8", "replace")
    kind = type(query).__name__
    if not type(query).__module__.startswith(("psycopg.", "psycopg2.")):
        return None
    inner = getattr(query, "_obj", getattr(query, "_wrapped", None))
    if kind == "SQL" and isinstance(inner, str):
        return inner
    if kind == "Identifier" and isinstance(inner, (list, tuple)):
        return ".".join(f'"{each}"' for each in inner if isinstance(each, str))
    if kind == "Composed" and isinstance(inner, (list, tuple)):
        return "".join(text(each) or PLACEHOLDER for each in inner[:PARTS])
    return None
