"""Reading a journal while it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .journal import Journal


class JournalReader:
    """Reads on in a journal from where it read last."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._position = 0
        self._removals = 0

    def left(self) -> int:
        """Return how much there is to read, in bytes."""
        return self._journal.size - self._position

    def chunks(self) -> Iterator[str]:
        """Give back what was added since, in texts of whole lines."""
        if self._removals != self._journal.removals:
            self._removals = self._journal.removals
            self._position = 0
        waiting = b""
        for block in self._journal.read(self._position):
            self._position += len(block)
            end = block.rfind(b"\n") + 1
            if end:
                yield (waiting + block[:end]).decode("utf-8", "replace")
                waiting = block[end:]
            else:
                waiting += block
        if waiting:
            yield waiting.decode("utf-8", "replace")
