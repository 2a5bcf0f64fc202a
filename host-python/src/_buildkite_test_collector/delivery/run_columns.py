"""A run as a report page carries it: its columns and its failures' texts, packed, as HTML.

What the page makes of it says `host-browser/README.md`.
"""

from __future__ import annotations

import base64
import contextlib
import tempfile
import zlib
from collections.abc import Iterator
from math import inf

from ..component.component import Page, Run
from ..errors import ReportPageError, why
from ..text import valid_unicode
from .context import Context
from .stream import Content

#: How many bytes of failures' texts are gathered in memory, before they go to the disk.
MEMORY_LIMIT = 4 << 20

#: How well is packed: what is better takes twice as long for a twentieth.
LEVEL = 6

#: What zlib is told for the format of gzip.
GZIP = 31

#: What HTML means by itself.
MARKUP = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}


class RunColumns:
    """Gathers one run for a page."""

    takes = ""
    is_busy = False

    def __init__(self, context: Context, number: int = 0, name: str = "") -> None:
        """Gather a run.

        Args:
            context: What it has to do with.
            number: Its place on the page, from 0.
            name: What tells it from the others there.
        """
        self._report = context.report
        self._number = number
        # The path of a file may hold any bytes.
        self._name = valid_unicode(name)
        self._details: Content | None = None
        self._page: Page | None = None

    def begin(self) -> None:
        """Forget what was gathered."""
        self._close()
        with self._reported():
            self._details = tempfile.SpooledTemporaryFile(MEMORY_LIMIT)  # noqa: SIM115

    def started(self, run: Run) -> None:
        """Ask for the page."""
        run.keep_page()

    def take(self, run: Run, *, is_last: bool) -> None:
        """Pack the failures that a run has ready, and at its end the rest."""
        while (block := run.take_page_details()) is not None:
            with self._reported():
                if self._details is not None:
                    self._details.write(self._block("details", block))
        if is_last:
            self._page = run.take_page()

    def update(self) -> None:
        """Nothing happens in between."""

    def due_in(self) -> float:
        """Nothing is ever due."""
        return inf

    def commit(self) -> None:
        """All of it is there; whoever makes the page has it from `write_to`."""

    def abandon(self) -> None:
        """Let go of it."""
        self._close()

    @property
    def is_there(self) -> bool:
        """Whether there is a run to be shown."""
        return self._page is not None and self._details is not None

    @property
    def run_id(self) -> str:
        """The run's id, which its columns begin with; empty where there is none."""
        return self._page.columns.split('"id":"', 1)[-1][:36] if self._page is not None else ""

    def write_to(self, file: Content) -> None:
        """Write the run as a page carries it.

        Raises:
            OSError: there is no room for it.
        """
        page, details = self._page, self._details
        if page is None or details is None:
            return
        file.write(f"<noscript>{page.without_script}</noscript>\n".encode())
        details.seek(0)
        while block := details.read(MEMORY_LIMIT):
            file.write(block)
        name = f' data-name="{self._name.translate(MARKUP)}"'
        file.write(self._block("columns", page.columns, name))

    def _block(self, kind: str, text: str, more: str = "") -> bytes:
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        packed = packer.compress(text.encode()) + packer.flush()
        begin = f'<script type="text/plain" class="{kind}" data-run="{self._number}"{more}>'
        return begin.encode() + base64.b64encode(packed) + b"</script>\n"

    @contextlib.contextmanager
    def _reported(self) -> Iterator[None]:
        """Say what went wrong, once; from then on nothing is gathered."""
        try:
            yield
        except Exception as error:
            self._close()
            self._report.failed(ReportPageError(f"there is no report page: {why(error)}"))

    def _close(self) -> None:
        self._page = None
        if self._details is not None:
            with contextlib.suppress(OSError):
                self._details.close()
            self._details = None
