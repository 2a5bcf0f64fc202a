"""The pages that users read, and the examples on them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

#: The plugin's rooms, some of which have a page.
ROOMS = ROOT / "host-python" / "src" / "_buildkite_test_collector"

SETTINGS = ROOMS / "settings" / "README.md"
SPANS = ROOMS / "spans" / "README.md"
TRACES = ROOMS / "otlp" / "README.md"
WHAT_IS_SENT = ROOT / "guest" / "src" / "encode" / "README.md"
MIGRATION = ROOT / "host-python" / "MIGRATION.md"

#: For users of the plugin: that of the repository, what PyPI shows, and those in the rooms.
PAGES = [ROOT / "README.md", *sorted((ROOT / "host-python").rglob("*.md")), WHAT_IS_SENT]


def blocks(language: str, *pages: Path) -> list[str]:
    """Return the code blocks of pages, all where none is named, in a language, each once."""
    text = "".join(page.read_text("utf-8") for page in pages or PAGES)
    return list(dict.fromkeys(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)))


def rows(page: Path, *columns: str) -> list[list[str]]:
    """Return the cells of the rows of a page's table with these columns."""
    heading = f"| {' | '.join(columns)} |\n"
    _, _, rest = page.read_text("utf-8").partition(heading)
    assert rest, f"{page} has no such table"
    lines = rest.partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
