"""What became of a run's results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import NoWasmtimeError

if TYPE_CHECKING:
    from ..component.component import RejectedLine, Summary
else:
    # Imported when it is needed alone.
    RejectedLine = Summary = Any

#: What is said where somebody has no patience with a delivery.
INTERRUPTED = "the delivery was interrupted"

#: How many sentences of a kind are passed from process to process, and how many characters of each.
SENTENCES, CHARACTERS = 1_000, 2_000


class DeliveryReport:
    """What became of a run's results: filled by outputs, told to people."""

    def __init__(self) -> None:
        #: How many results the server has accepted.
        self.uploaded = 0
        #: How many it skipped.
        self.skipped = 0
        #: Why it did, in its own words.
        self.skipped_reason = ""
        #: How many it has not accepted.
        self.not_uploaded = 0
        #: How many were sent again after a try that may have arrived.
        self.repeated = 0
        #: How many results a receiver of traces has accepted, and where that is.
        self.traced = 0
        self.traces_url = ""
        #: The page of the run.
        self.run_url = ""
        #: Where a report page was wanted and could not be written.
        self.missing_page = ""
        #: Whether it takes another machine, as this one has no wasmtime.
        self.needs_other_machine = False
        #: What went wrong, in sentences.
        self.errors: list[str] = []
        #: What else there is to say, in sentences.
        self.notes: list[str] = []
        #: What goes well, for whoever looks for faults: a line a request.
        self.debug: list[str] = []
        #: What happened in the run; none where the component was not asked. Not passed on.
        self.summary: Summary | None = None
        #: Lines of the journal that are no events. Not passed on.
        self.rejected: list[RejectedLine] = []

    @property
    def is_complete(self) -> bool:
        """Whether every result is where it should be."""
        return not self.errors

    def failed(self, error: object) -> None:
        """Note what went wrong, once."""
        self.needs_other_machine |= isinstance(error, NoWasmtimeError)
        if str(error) not in self.errors:
            self.errors.append(str(error))

    def passed_over(self) -> list[str]:
        """Return a sentence for each line that is no event, and one for all not quoted."""
        told = [f"line {each.number} was passed over: {each.reason}" for each in self.rejected]
        more = self.summary.rejected_lines - len(told) if self.summary is not None else 0
        if more > 0:
            told.append(f"{more} more {'line was' if more == 1 else 'lines were'} passed over")
        return told

    def as_json(self) -> dict[str, Any]:
        """Return what another process may tell."""
        fields: dict[str, Any] = {}
        for name, kind in _FIELDS.items():
            value = getattr(self, name)
            if kind is list:
                value = value[:SENTENCES]
            fields[name] = value
        return fields

    @classmethod
    def of_json(cls, fields: object) -> DeliveryReport | None:
        """Read what another process has told; none where it makes no sense."""
        report = cls()
        if not isinstance(fields, dict):
            return None
        for name, kind in _FIELDS.items():
            value: Any = fields.get(name)
            is_right: bool = isinstance(value, kind)
            if not is_right:
                return None
            if kind is list:
                value = [_printable(each) for each in value[:SENTENCES] if isinstance(each, str)]
            elif kind is str:
                value = _printable(value)
            setattr(report, name, value)
        return report


#: What is passed from process to process, and its type.
_FIELDS: dict[str, type] = {
    "uploaded": int,
    "skipped": int,
    "skipped_reason": str,
    "not_uploaded": int,
    "repeated": int,
    "traced": int,
    "traces_url": str,
    "run_url": str,
    "missing_page": str,
    "needs_other_machine": bool,
    "errors": list,
    "notes": list,
    "debug": list,
}


def _printable(text: str) -> str:
    cut = text[:CHARACTERS]
    return cut if cut.isprintable() else "".join(c if c.isprintable() else " " for c in cut)
