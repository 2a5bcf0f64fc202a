"""The page that `report` names: the run to look at, in one file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from ..errors import ReportPageError, why
from .context import Context
from .destination import put
from .run_columns import MEMORY_LIMIT, RunColumns

#: The page without a run in it: built with the package, in a checkout perhaps not.
SHELL = Path(__file__).with_name("page.html")

#: The line of it that the runs take the place of.
RUNS = b"<!--runs-->\n"


class ReportPage(RunColumns):
    """Puts a page with the run where the user wants it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._path = context.settings.report
        self._deadline = context.deadline

    def commit(self) -> None:
        """Write the page."""
        if not self.is_there:
            return
        try:
            write_page([self], self._path, self._deadline.left)
        # What a test has left broken in this process may raise anything.
        except Exception as error:
            problem = f"the report page {self._path} cannot be written: {why(error)}"
            self._report.failed(ReportPageError(problem))
            self._report.missing_page = self._path
        self._close()


def write_page(runs: Iterable[RunColumns], path: str, left: Callable[[], float]) -> None:
    """Put a page with some runs where a path leads.

    Args:
        runs: Those that are there, in order.
        path: Where the user wants it.
        left: Returns how many seconds there are left for whoever reads the other end of a pipe.

    Raises:
        OSError: it cannot be written there.
        ReportPageError: this installation has no page.
    """
    begin, found, end = _shell().partition(RUNS)
    if not found:
        raise ReportPageError("this installation's page is broken")
    with tempfile.SpooledTemporaryFile(MEMORY_LIMIT) as page:
        page.write(begin)
        for run in runs:
            run.write_to(page)
        page.write(end)
        put(page, path, left)


def _shell() -> bytes:
    try:
        return SHELL.read_bytes()
    except FileNotFoundError as error:
        raise ReportPageError(
            "this installation was made from a checkout, without `cargo xtask page`"
        ) from error
