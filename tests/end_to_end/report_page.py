"""A report page, read as a program reads it."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

#: What a page carries of a run, in order: its kind, its place, its name and its content.
BLOCK = re.compile(
    rb'<script type="text/plain" class="(details|columns)" data-run="(\d+)"'
    rb'(?: data-name="([^"]*)")?>([A-Za-z0-9+/=]*)</script>\n'
)


class ReportRun:
    """A run on a page."""

    def __init__(self, name: str, columns: bytes, details: list[bytes]) -> None:
        #: What tells it from others.
        self.name = name
        #: As the component made them.
        self.packed = columns
        self.columns: dict[str, Any] = json.loads(columns)
        self.details = details

    def column(self, name: str) -> list[str]:
        """Return a column of texts of the tests."""
        return [self.columns["strings"][index] for index in self.columns["tests"][name]]

    @property
    def outcomes(self) -> dict[str, str]:
        """The results of the tests by their names."""
        return dict(zip(self.column("name"), self.columns["tests"]["result"]))

    @property
    def failures(self) -> dict[str, Any]:
        """The texts of failures by the names of their tests."""
        names = self.column("name")
        blocks = [json.loads(block) for block in self.details]
        return {names[int(index)]: text for block in blocks for index, text in block.items()}


def runs_of(page: Path) -> list[ReportRun]:
    """Return the runs on a page."""
    details: dict[int, list[bytes]] = {}
    runs: list[ReportRun] = []
    for kind, number, name, content in BLOCK.findall(page.read_bytes()):
        text = gzip.decompress(base64.b64decode(content, validate=True))
        if kind == b"details":
            details.setdefault(int(number), []).append(text)
        else:
            assert int(number) == len(runs)
            runs.append(ReportRun(name.decode(), text, details.get(int(number), [])))
    return runs
