"""What is left after something went wrong: at the server, in the journal, and on the terminal."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from .project import component, ours

if TYPE_CHECKING:
    from pathlib import Path

    from stand_in import TestEngine


class Aftermath:
    """Where a run's results are, by the names of their tests."""

    def __init__(self, engine: TestEngine, folder: Path, output: str) -> None:
        self.arrived = Counter(result["name"] for result in engine.executions)
        self.kept: Counter[str] = Counter()
        for journal in folder.rglob("*.ndjson"):
            self.kept += waiting(journal)
        self.output = output

    def check(self, names: set[str], *, twice: int = 0) -> None:
        """Nothing is lost, nothing is doubled, and little is said.

        `twice` results may have arrived twice: the connection broke before the answer.
        """
        assert set(self.arrived) | set(self.kept) == names
        assert sum(count - 1 for count in self.arrived.values()) == twice
        assert not set(self.arrived) & set(self.kept)
        assert len(ours(self.output)) <= 3


def waiting(journal: Path) -> Counter[str]:
    """Return the names of the tests whose results a journal still has to send."""
    run = component().run(uploads=True, results=False)
    run.feed(journal.read_text("utf-8", "replace"))
    run.finish()
    names: Counter[str] = Counter()
    while (upload := run.take_upload(500)) is not None:
        names.update(result["name"] for result in _data(upload.body))
    return names


def _data(body: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(body)["data"]
    return found
