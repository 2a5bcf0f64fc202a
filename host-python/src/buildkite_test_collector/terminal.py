"""What the terminal is told of a run's results, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .delivery import Outcome

#: What sends the events of a run that were kept.
COMMAND = "buildkite-test-collector upload"

#: What each line of ours begins with.
NAME = "Buildkite Test Engine"


def lines(outcome: Outcome, journal: Path | None) -> list[str]:
    """Return what to say of a delivery, and of the journal where it was kept for another try."""
    said = []
    if outcome.uploaded:
        where = outcome.run_url or "Test Engine"
        said.append(f"{_results(outcome.uploaded)} uploaded to {where}")
    if outcome.skipped:
        said.append(f"Test Engine passed over {_results(outcome.skipped)}")
    if outcome.errors:
        refused = f"{_results(outcome.refused)} not uploaded: " if outcome.refused else ""
        kept = f"; to try again: {COMMAND} {journal}" if journal is not None else ""
        said.append(f"{refused}{'; '.join(outcome.errors)}{kept}")
    summary = outcome.summary
    if summary is not None and summary.problem_count:
        more = summary.problem_count - len(summary.problems)
        also = f"; and {more} more" if more else ""
        said.append(f"{'; '.join(summary.problems)}{also}")
    return [f"{NAME}: {line}" for line in said]


def _results(count: int) -> str:
    return "1 result" if count == 1 else f"{count} results"
