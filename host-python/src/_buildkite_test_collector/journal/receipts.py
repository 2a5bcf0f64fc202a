"""What the server has accepted: receipts, which keep a replay from sending results twice."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import private
from .append import append_lines

if TYPE_CHECKING:
    from .writer import Journal
else:
    # The courier imports this as well, and writes no journal.
    Journal = Any

#: How much of a file of receipts is read, in bytes: one takes some 60 for up to 5,000 results.
RECEIPTS_LIMIT = 64 << 20


class Receipts:
    """Receipts in a file beside the journal, for as long as the test process writes to that.

    Two processes do not write to one file. Once the run is over, the receipts move into the
    journal.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        #: The file that takes them; the journal, once they have moved there.
        self.place = path
        #: Why it does not take more, if so.
        self.error: OSError | None = None
        #: What the file did not take; it is tried again with each further receipt.
        self._pending = ""
        self._write: Callable[[str], None] = self._append

    @property
    def is_written(self) -> bool:
        """Whether all receipts are on disk: what is sent without one may be sent twice."""
        return not self._pending

    def add(self, receipt: str) -> None:
        """Keep a receipt, an event without its line break."""
        self._pending += receipt + "\n"
        self.flush()

    def flush(self) -> None:
        """Write what could not be written before."""
        if self._pending:
            try:
                self._write(self._pending)
                self._pending = ""
                self.error = None
            except OSError as error:
                self.error = error

    def read(self) -> str:
        """Return all of them that are in no journal yet, as lines."""
        data = b""
        with contextlib.suppress(OSError):
            data = private.read(self._path, RECEIPTS_LIMIT)
        return data.decode("utf-8", "replace") + self._pending

    def move_to(self, journal: str) -> None:
        """Move them to the end of a journal that nobody else writes to, and go on there."""
        self._move(lambda lines: append_lines(journal, lines), journal)

    def move_into(self, journal: Journal) -> None:
        """The same, for a journal of this process."""
        self._move(journal.append, journal.path)

    def _move(self, write: Callable[[str], None], place: str) -> None:
        self._pending = self.read()
        self.place = place
        self._write = write
        self.flush()
        if not self._pending:
            private.remove(self._path)

    def _append(self, lines: str) -> None:
        append_lines(self._path, lines, create=True)
