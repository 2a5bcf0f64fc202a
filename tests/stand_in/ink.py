"""Text for a terminal: colours where they are wanted, characters that fit, columns that align."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from typing import TextIO

#: The parameter of each style's escape sequence (ECMA-48, "select graphic rendition").
STYLES = {
    "bold": 1,
    "dim": 2,
    "red": 31,
    "green": 32,
    "yellow": 33,
    "blue": 34,
    "magenta": 35,
    "cyan": 36,
}


@dataclass(frozen=True)
class Glyphs:
    """The characters that pictures are made of."""

    passed: str = "✓"
    failed: str = "✗"
    skipped: str = "○"
    unknown: str = "?"
    within: str = "›"  # noqa: RUF001
    between: str = "·"
    line: str = "─"
    fork: str = "├"
    corner: str = "└"
    trunk: str = "│"
    axis: str = "·"
    point: str = "◆"
    #: A bar by how much of its last column it fills, the full column last.
    bar: str = "▏▎▍▌▋▊▉█"
    #: The shares of a whole, told apart without colours too.
    shares: str = "█▓▒░"
    #: A bar that belongs nowhere in particular.
    adrift: str = "░"
    ellipsis: str = "…"


#: For an output that cannot hold the others.
ASCII = Glyphs(
    passed="+",
    failed="x",
    skipped="o",
    within=">",
    between="|",
    line="-",
    fork="|",
    corner="`",
    trunk="|",
    axis=".",
    point="*",
    bar="#",
    shares="#x:?",
    adrift="~",
    ellipsis="~",
)


class Ink:
    """How to write on one output."""

    def __init__(self, out: TextIO, colour: bool | None = None) -> None:
        """``colour``: ``None`` for colours on a terminal, unless NO_COLOR (no-color.org) is set."""
        if colour is None:
            colour = out.isatty() and not os.environ.get("NO_COLOR")
        self.colour = colour
        self.glyphs = Glyphs() if _can_write(out, "✗█◆…") else ASCII

    def __call__(self, text: str, *styles: str) -> str:
        """The text in these styles. Its width stays the same."""
        if not (self.colour and text and styles):
            return text
        codes = ";".join(str(STYLES[style]) for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def fit(self, text: str, columns: int) -> str:
        """The text in so many columns: padded, or cut with an ellipsis."""
        text = plain(text)
        if width(text) > columns:
            while width(text) > columns - 1:
                text = text[:-1]
            text += self.glyphs.ellipsis
        return text + " " * (columns - width(text))


def plain(text: str) -> str:
    """One line without surprises: what a test printed must not steer the reader's terminal."""
    text = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def width(text: str) -> int:
    """The columns that a text without escape sequences takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _can_write(out: TextIO, text: str) -> bool:
    try:
        text.encode(getattr(out, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
