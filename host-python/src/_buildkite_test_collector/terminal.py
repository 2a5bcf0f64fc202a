"""What the terminal is told of a run's results: three lines at most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .delivery.report import DeliveryReport
from .journal.writer import Journal
from .text import quoted

if TYPE_CHECKING:
    import pytest

    TerminalReporter = pytest.TerminalReporter
else:
    # The command imports this as well, and does without pytest.
    TerminalReporter = Any

#: What sends the events of a run that were kept.
COMMAND = "buildkite-test-collector upload"

#: What makes a page of them.
REPORT = "buildkite-test-collector report"

#: What each line of ours begins with.
NAME = "Buildkite Test Engine"


def lines(
    report: DeliveryReport | None, errors: Iterable[str], journal: str, notes: Iterable[str]
) -> list[str]:
    """Return what to say of a delivery: what arrived, what did not, and what else there is.

    Without a report there was no delivery. `journal` is where the events were kept for another try;
    empty where they were not.
    """
    said: list[list[str]] = [[], _missing(report, errors, journal), [*notes]]
    if report is not None:
        said[0] += _arrived(report)
        said[2] += report.notes
    return [f"{NAME}: {'; '.join(each)}" for each in said if each]


def _arrived(report: DeliveryReport) -> list[str]:
    said = []
    if report.uploaded:
        where = report.run_url or "Test Engine"
        said.append(f"{results(report.uploaded)} uploaded to {where}")
    if report.traced:
        said.append(f"traces of {results(report.traced)} sent to {report.traces_url}")
    if report.skipped:
        why = f" ({report.skipped_reason})" if report.skipped_reason else ""
        said.append(f"Test Engine passed over {results(report.skipped)}{why}")
    if report.repeated:
        many = results(report.repeated)
        said.append(f"{many} may be there twice: the connection broke before an answer came")
    return said


def _missing(report: DeliveryReport | None, errors: Iterable[str], journal: str) -> list[str]:
    errors = [*(report.errors if report else ()), *errors]
    if not errors:
        return []
    count = report.not_uploaded if report else 0
    not_uploaded = f"{results(count)} not uploaded: " if count else ""
    again = f"{COMMAND} {quoted(journal)}"
    if report is not None and report.missing_page and not count:
        again = f"{REPORT} {quoted(journal)} --output {quoted(report.missing_page)}"
    is_elsewhere = report is not None and report.needs_other_machine
    what = (
        "to send it from another machine, copy the file there" if is_elsewhere else "to try again"
    )
    kept = [f"{what}: {again}"] if journal else []
    return [f"{not_uploaded}{'; '.join(errors)}", *kept]


class ProgressLine:
    """One line on a terminal, for as long as the end of the run waits."""

    def __init__(self, reporter: TerminalReporter | None) -> None:
        self._reporter = reporter if reporter is not None and reporter.isatty else None
        self._is_shown = False

    def show(self, sent: int, waiting: int, tries: int) -> None:
        """Show how many results were sent, how many wait, and how many tries the last took."""
        if self._reporter is None:
            return
        if not self._is_shown:
            self._reporter.ensure_newline()
            self._is_shown = True
        again = f", {tries} tries" if tries > 1 else ""
        text = f"{NAME}: {sent} of {results(sent + waiting)} sent{again}"
        self._reporter.rewrite(text, erase=True)

    def clear(self) -> None:
        """Take it away."""
        if self._reporter is not None and self._is_shown:
            self._reporter.rewrite("", erase=True)


def journal_notes(journal: Journal) -> list[str]:
    """Return what was wrong with a journal."""
    said = []
    if journal.error is not None:
        said.append(f"the journal {journal.path} could not be written: {journal.error}")
    if journal.pace.slowest:
        took = journal.pace.slowest // 1_000_000
        said.append(
            f"the disk of {journal.path} is slow ({took} ms a write), so that events were gathered "
            "before they were written: a run that is killed loses up to a second of them"
        )
    if journal.removals:
        said.append(f"the journal {journal.path} was removed while the tests ran")
    if journal.lost:
        said.append(f"there was no room for {journal.lost} bytes of events")
    return said


def results(count: int) -> str:
    """Return how many results there are, in words."""
    return "1 result" if count == 1 else f"{count} results"
