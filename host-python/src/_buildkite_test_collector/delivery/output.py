"""What all outputs have in common."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ..component.component import Run


@runtime_checkable
class Output(Protocol):
    """A place where a run goes.

    It is told of the run from its first event on, perhaps more than once, and says in the report
    what became of it. What goes wrong in an output is its own: none of its methods raises anything
    but `ComponentError`, which concerns all of them.
    """

    #: What the component makes for it from the beginning: `uploads`, `results`, or nothing.
    takes: str

    def begin(self) -> None:
        """Begin with the run's first event, and forget what was taken and has not arrived."""

    def started(self, run: Run) -> None:
        """Ask a run, before its first event, to keep what else will be taken."""

    def take(self, run: Run, *, is_last: bool) -> None:
        """Take what is ready; nothing waits here."""

    def update(self) -> None:
        """See to what has arrived meanwhile; nothing waits here."""

    def due_in(self) -> float:
        """Return in how many seconds it has something to do without new events."""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that another `begin` would have to wait for."""

    def commit(self) -> None:
        """Finish: all is taken, and must arrive by the deadline."""

    def abandon(self) -> None:
        """Finish without it: only what is under way may still arrive by the deadline."""
