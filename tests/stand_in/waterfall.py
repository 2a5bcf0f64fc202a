"""The spans of one execution, drawn where they lie in its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .measures import placed, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .ink import Ink
    from .schema import JsonObject

#: Columns of a row: the section and its detail, how long it took, and where it lies.
LABEL, DURATION, AXIS = 44, 8, 42

#: How much of a branch is drawn: deep nesting must leave room for what is nested.
BRANCH = 20

#: The colour of each section.
COLOURS = {"http": "cyan", "sql": "magenta", "sleep": "blue", "annotation": "yellow"}


def waterfall(history: JsonObject, ink: Ink) -> Iterator[str]:
    """A row for each span, nested ones under theirs. Rows are 96 columns wide."""
    return _rows(history.get("children", ()), history, ink, trunk="")


def _rows(spans: list[JsonObject], history: JsonObject, ink: Ink, trunk: str) -> Iterator[str]:
    glyphs = ink.glyphs
    for index, span in enumerate(spans):
        is_last = index == len(spans) - 1
        branch = trunk + (glyphs.corner if is_last else glyphs.fork) + " "
        yield _row(span, history, ink, branch)
        below = trunk + (" " if is_last else glyphs.trunk) + " "
        yield from _rows(span.get("children", ()), history, ink, below)


def _row(span: JsonObject, history: JsonObject, ink: Ink, branch: str) -> str:
    section, duration = span["section"], span["duration"]
    branch = branch[-BRANCH:]
    head = section + " "
    rest = ink.fit(_subject(span), LABEL - len(branch) - len(head))
    label = ink(branch, "dim") + ink(head, COLOURS[section]) + rest
    return f"{label}{ink(f'{seconds(duration):>{DURATION}}', 'dim')}  {_place(span, history, ink)}"


def _subject(span: JsonObject) -> str:
    """What the span is about, by the detail that Test Engine documents for its section."""
    detail = span.get("detail", {})
    keys = {"http": ("method", "url"), "sql": ("query",), "annotation": ("content",)}
    return " ".join(detail[key] for key in keys.get(span["section"], ()))


def _place(span: JsonObject, history: JsonObject, ink: Ink) -> str:
    colour = COLOURS[span["section"]]
    duration, whole = span["duration"], history["duration"] or 1e-9
    start = span.get("start_at", span["end_at"] - duration if "end_at" in span else None)
    if start is None:
        # It says how long, not when.
        return ink(ink.glyphs.adrift * max(1, round(min(duration / whole, 1) * AXIS)), colour)
    start = (start - history["start_at"]) / whole
    return placed(ink, start, start + duration / whole, AXIS, colour)
