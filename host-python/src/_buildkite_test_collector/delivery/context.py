"""What an output has to do with."""

from __future__ import annotations

from collections.abc import Callable

from ..deadline import Deadline
from ..journal.receipts import Receipts
from ..settings import Settings
from .report import DeliveryReport

#: Is told how many results were sent, how many wait, and how many tries the last upload took.
Progress = Callable[[int, int, int], None]


class Context:
    """What an output has to do with."""

    def __init__(
        self,
        settings: Settings,
        report: DeliveryReport,
        receipts: Receipts,
        deadline: Deadline,
        progress: Progress,
    ) -> None:
        #: What is wanted.
        self.settings = settings
        #: What became of it, for people.
        self.report = report
        #: Where to keep what a server has accepted.
        self.receipts = receipts
        #: By when it must have arrived; while it does not run yet, the tests do.
        self.deadline = deadline
        #: Is told of each upload.
        self.progress = progress
