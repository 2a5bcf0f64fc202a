"""All outputs: a row each, in the order in which they are finished, the quick ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, NamedTuple

if TYPE_CHECKING:
    from ..deadline import Deadline
    from ..journal.receipts import Receipts
    from ..settings import Settings
    from .output import Output
    from .report import DeliveryReport

#: Is told how many results were sent, how many wait, and how many tries the last upload took.
Progress = Callable[[int, int, int], None]


class Context(NamedTuple):
    """What an output has to do with."""

    #: What is wanted.
    settings: Settings
    #: What became of it, for people.
    report: DeliveryReport
    #: Where to keep what a server has accepted.
    receipts: Receipts
    #: By when it must have arrived; while it does not run yet, the tests do.
    deadline: Deadline
    #: Is told of each upload.
    progress: Progress


def _results_file(context: Context) -> Output:
    from .results_file import ResultsFile

    return ResultsFile(context)


def _uploads(context: Context) -> Output:
    from .uploads import Uploads

    return Uploads(context)


#: The setting that asks for an output, and what makes it.
OUTPUTS: tuple[tuple[str, Callable[[Context], Output]], ...] = (
    ("json", _results_file),
    ("token", _uploads),
)


def wanted_outputs(context: Context) -> list[Output]:
    """Return the outputs that are asked for."""
    return [make(context) for name, make in OUTPUTS if getattr(context.settings, name)]
