"""What the terminal is told of a run's results: three lines at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .delivery import Outcome
    from .journal import Journal

#: What sends the events of a run that were kept.
COMMAND = "buildkite-test-collector upload"

#: What each line of ours begins with.
NAME = "Buildkite Test Engine"


def lines(
    outcome: Outcome | None, errors: Iterable[str], journal: Path | None, notes: Iterable[str]
) -> list[str]:
    """Return what to say of a delivery: what arrived, what did not, and what else there is.

    Without an outcome there was no delivery. `journal` is where the events were kept for another
    try.
    """
    said: list[list[str]] = [[], _missing(outcome, errors, journal), [*notes]]
    if outcome is not None:
        said[0] += _arrived(outcome)
        said[2] += _noted(outcome)
    return [f"{NAME}: {'; '.join(each)}" for each in said if each]


def _arrived(outcome: Outcome) -> list[str]:
    said = []
    if outcome.uploaded:
        where = outcome.run_url or "Test Engine"
        said.append(f"{results(outcome.uploaded)} uploaded to {where}")
    if outcome.skipped:
        why = f" ({outcome.skipped_why})" if outcome.skipped_why else ""
        said.append(f"Test Engine passed over {results(outcome.skipped)}{why}")
    if outcome.repeated:
        many = results(outcome.repeated)
        said.append(f"{many} may be there twice: the connection broke before an answer came")
    return said


def _missing(outcome: Outcome | None, errors: Iterable[str], journal: Path | None) -> list[str]:
    errors = [*(outcome.errors if outcome else ()), *errors]
    if not errors:
        return []
    refused = f"{results(outcome.refused)} not uploaded: " if outcome and outcome.refused else ""
    kept = [f"to try again: {COMMAND} {journal}"] if journal is not None else []
    return [f"{refused}{'; '.join(errors)}", *kept]


def _noted(outcome: Outcome) -> list[str]:
    said = list(outcome.notes)
    summary = outcome.summary
    if summary is not None and summary.problem_count:
        more = summary.problem_count - len(summary.problems)
        said += summary.problems
        said += [f"and {more} more"] if more else []
    return said


def troubles(journal: Journal | None) -> list[str]:
    """Return what was wrong with a journal."""
    if journal is None:
        return []
    said = []
    if journal.error is not None:
        said.append(f"the journal {journal.path} could not be written: {journal.error}")
    if journal.removals:
        said.append(f"the journal {journal.path} was removed while the tests ran")
    return said


def results(count: int) -> str:
    """Return how many results there are, in words."""
    return "1 result" if count == 1 else f"{count} results"
