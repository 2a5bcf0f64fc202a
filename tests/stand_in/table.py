"""Results as a table: by file and scope, a row each, with what there is to say below."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .ink import Ink, plain, width
from .measures import bar, seconds
from .waterfall import waterfall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .schema import JsonObject

COLUMNS = 100

#: Columns of a row after its mark: the name, how long it took, that as a bar, and the tags.
NAME, DURATION, BAR, TAGS = 44, 8, 14, 26

#: Columns before what is said below a row.
INDENT = 4

#: How much of a reason is shown, in lines.
REASON_LINES = 3

#: The colour of each result, in the order in which they are counted.
COLOURS = {"passed": "green", "failed": "red", "skipped": "yellow", "unknown": "magenta"}


def table(results: Sequence[JsonObject], ink: Ink) -> Iterator[str]:
    """The lines of the table, each group after an empty one."""
    groups: dict[str, list[JsonObject]] = {}
    for result in results:
        groups.setdefault(result.get("scope") or result.get("file_name", ""), []).append(result)
    longest = max((result["history"]["duration"] for result in results), default=0) or 1e-9
    for scope, members in groups.items():
        shared = _shared_tags(members)
        yield ""
        yield from _heading(scope, shared, members, ink)
        for result in members:
            yield from _row(result, shared, longest, ink)


def outcome(result: JsonObject) -> str:
    """``passed``, ``failed``, ``skipped`` or ``unknown``; a result without one is unknown."""
    return str(result.get("result", "unknown"))


def counts(results: Sequence[JsonObject]) -> dict[str, int]:
    """How many there are of each outcome, without those of which there are none."""
    counted = Counter(map(outcome, results))
    return {name: counted[name] for name in COLOURS if counted[name]}


def mark(name: str, ink: Ink) -> str:
    """The sign of an outcome, in its colour."""
    return ink(getattr(ink.glyphs, name), COLOURS[name])


def _shared_tags(members: Sequence[JsonObject]) -> JsonObject:
    """The tags that a group has in common: said once above it, they leave room beside its rows."""
    first = members[0].get("tags", {})
    others = [member.get("tags", {}) for member in members[1:]]
    return {k: v for k, v in first.items() if others and all(tags.get(k) == v for tags in others)}


def _heading(
    scope: str, tags: JsonObject, members: Sequence[JsonObject], ink: Ink
) -> Iterator[str]:
    """Where the group is, what it has in common, and how it went, the latter at the right edge."""
    tally = counts(members)
    signs = " ".join(f"{mark(name, ink)} {number}" for name, number in tally.items())
    signs_width = len(" ".join(f"? {number}" for number in tally.values()))
    room = COLUMNS - signs_width - 2

    file, *within = plain(scope).split("::")
    separator = f" {ink.glyphs.within} "
    title = separator.join([file, *within])
    if width(title) > room:
        title = ink.fit(title, room)
        styled = ink(title, "bold")
    else:
        styled = ink(file, "bold") + "".join(ink(separator, "dim") + part for part in within)

    told = _tags(tags)
    is_beside = width(title) + 2 + width(told) <= room
    beside = told if is_beside else ""
    gap = " " * (COLUMNS - width(title) - 2 - width(beside) - signs_width)
    yield f"{styled}  {ink(beside, 'blue')}{gap}{signs}"
    if not is_beside:
        yield _below(told, ink, "blue")


def _row(result: JsonObject, shared: JsonObject, longest: float, ink: Ink) -> Iterator[str]:
    history, name = result["history"], outcome(result)
    duration = history["duration"]
    drawn = bar(ink, duration / longest * BAR)
    tags = _tags({k: v for k, v in result.get("tags", {}).items() if shared.get(k) != v})
    is_beside = width(tags) <= TAGS
    yield (
        f"  {mark(name, ink)} {ink.fit(result['name'], NAME)}"
        f"{ink(f'{seconds(duration):>{DURATION}}', 'dim')}"
        f"  {ink(drawn, COLOURS[name])}{' ' * (BAR - len(drawn))}"
        f"  {ink(tags if is_beside else '', 'blue')}"
    )
    if not is_beside:
        yield _below(tags, ink, "blue")
    for line in result.get("failure_reason", "").strip().splitlines()[:REASON_LINES]:
        yield _below(line, ink, COLOURS[name])
    for failure in result.get("failure_expanded", ()):
        for frame in failure["backtrace"][-1:]:
            yield _below(f"at {frame}", ink, "dim")
    for line in waterfall(history, ink):
        yield " " * INDENT + line


def _below(text: str, ink: Ink, *styles: str) -> str:
    return " " * INDENT + ink(ink.fit(text, COLUMNS - INDENT).rstrip(), *styles)


def _tags(tags: JsonObject) -> str:
    return " ".join(plain(f"{key}={value}") for key, value in tags.items())
