"""Delivers a run: feeds its journal to the component, and has each output take its form."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from ..component.code import BYTECODE, INTERPRET_MAX_BYTES
from ..component.component import Component, Run
from ..deadline import Deadline, now
from ..errors import ComponentError
from ..journal.reader import RECEIPTS, JournalReader
from ..journal.receipts import Receipts
from ..settings import Settings
from .context import Context, Progress
from .output import Output
from .outputs import wanted_outputs
from .report import INTERRUPTED, DeliveryReport
from .trap_search import TrapSearch

#: What the last event of a run in order begins with.
RUN_FINISHED = '{"event":"run-finished","time":'

#: How often the component may trap at anything but a line before the events are kept for another
#: try.
TRAPS = 2


class Delivery:
    """The delivery of one run, from its first event to its report.

    The component takes in each event once. Should it trap, or be too slow for a run that has grown,
    another one begins with the journal's first line; the receipts keep it from giving out what has
    arrived. A line that makes it trap is found, and passed over.
    """

    def __init__(
        self,
        reader: JournalReader,
        settings: Settings,
        receipts: Receipts,
        deadline: Deadline,
        *,
        progress: Progress = lambda *_: None,
        is_following: bool = False,
        outputs: Callable[[Context], list[Output]] = wanted_outputs,
    ) -> None:
        """Deliver a journal.

        Args:
            reader: Where its lines come from.
            settings: What is wanted.
            receipts: Where to keep what the server has accepted.
            deadline: By when all must have arrived; it may begin to run later.
            progress: Is told of each upload.
            is_following: Whether somebody still writes the journal.
            outputs: Makes what it goes to.
        """
        self.report = DeliveryReport()
        #: Whether the journal's last event says that the run is over.
        self.is_run_over = False
        #: When it was, in nanoseconds since the run began.
        self.run_finished_at = 0
        self._reader = reader
        self._receipts = receipts
        self._settings = settings
        self._deadline = deadline
        self._is_following = self._was_following = is_following
        self._outputs = outputs(Context(settings, self.report, receipts, deadline, progress))
        self._component: Component | None = None
        self._run: Run | None = None
        #: Whether some of it was accepted before, which the journal may say at its end.
        self._is_replay = False
        #: Whether nothing is taken, until what is under way has arrived.
        self._is_held = False
        self._traps = 0
        self._trap_search = TrapSearch()

    def prepare(self) -> None:
        """Load what will be needed, before there is anything to do."""
        # Whoever needs it finds out.
        with contextlib.suppress(ComponentError):
            self._started_run()

    def advance(self) -> None:
        """Feed what is new, and have the outputs take what is ready; nothing waits here."""
        if self._traps >= TRAPS:
            # The end of the run tries once more, and says it: it must be seen without a component.
            for chunk in self._reader.chunks():
                self._look_for_end(chunk)
            return
        try:
            self._feed()
            self._take(is_last=False)
        except ComponentError as error:
            self._trapped(error)

    def due_in(self) -> float:
        """Return in how many seconds an output has something to do without new events."""
        return min((output.due_in() for output in self._outputs), default=60.0)

    def finish(self) -> DeliveryReport:
        """Deliver the rest, as far as it can be done by the deadline; what fails is reported."""
        # Nobody adds events any more, so that the journal holds the receipts from now on.
        self._is_following = False
        if self._traps >= TRAPS:
            # What was read since then went into no component.
            self._restart()
        if self._outputs and self._finish_run():
            for output in self._outputs:
                output.commit()
        else:
            for output in self._outputs:
                output.abandon()
        self._tell_problems()
        return self.report

    def abandon(self) -> DeliveryReport:
        """Stop: what is under way may still arrive by the deadline, and nothing else is begun."""
        self.report.failed(INTERRUPTED)
        for output in self._outputs:
            output.abandon()
        return self.report

    def interrupt(self) -> DeliveryReport:
        """Stop at once."""
        self._deadline.start(0.0)
        return self.abandon()

    def _finish_run(self) -> bool:
        """Feed and take the rest; return whether the component could do it."""
        while True:
            try:
                self._feed()
                if not self._was_following and (partial := self._reader.partial_line()):
                    self._feed_lines(partial)
                run = self._started_run()
                run.finish()
                self._take(is_last=True)
                self.report.summary = run.summary()
                self.report.rejected = run.rejected
            except ComponentError as error:
                if not self._trapped(error):
                    self.report.failed(error)
                    return False
            else:
                return True

    def _tell_problems(self) -> None:
        self.report.notes += self._reader.notes
        summary = self.report.summary
        if summary is None:
            return
        self.report.notes += [
            f"line {number} of the events was passed over: the component fails at it"
            for number in self._trap_search.passed_over
        ]
        if summary.problem_count:
            more = summary.problem_count - len(summary.problems)
            self.report.notes += [*summary.problems, *([f"and {more} more"] if more else [])]

    def _feed(self) -> None:
        """Feed what is new."""
        self._leave_interpreter()
        for chunk in self._reader.chunks():
            self._feed_lines(chunk)

    def _feed_lines(self, lines: str) -> None:
        run = self._started_run()
        for piece in self._trap_search.pieces(lines):
            run.feed(piece)
        self._look_for_end(lines)
        self._take(is_last=False)

    def _look_for_end(self, lines: str) -> None:
        """See whether the last of whole lines ends the run."""
        last = lines.rfind("\n", 0, -1) + 1
        self.is_run_over = lines.startswith(RUN_FINISHED, last)
        if self.is_run_over:
            time = lines[last + len(RUN_FINISHED) :].partition(",")[0]
            self.run_finished_at = int(time) if time.isdecimal() else 0

    def _take(self, *, is_last: bool) -> None:
        for output in self._outputs:
            output.update()
            # In a replay, what was accepted is only known when all is read.
            if self._run is not None and (is_last or not (self._is_replay or self._is_held)):
                output.take(self._run, is_last=is_last)

    def _started_run(self) -> Run:
        """Return the run in the component, which is loaded for it."""
        if self._run is None:
            for output in self._outputs:
                output.begin()
            began = now()
            # The courier's processors, once the tests do not need them any more.
            is_courier_alone = self._was_following and not self._is_following
            self._component = Component(size=self._reader.size(), in_parallel=is_courier_alone)
            self.report.debug.append(
                f"the component was loaded in {now() - began:.2f} s: {self._component.kind}"
            )
            kinds = {output.takes for output in self._outputs}
            run = self._component.run(uploads="uploads" in kinds, results="results" in kinds)
            for output in self._outputs:
                output.started(run)
            self._run = run
            self._is_replay = not self._is_following and any(
                self._reader.holds(receipt) for receipt in RECEIPTS
            )
            receipts = self._receipts.read()
            if receipts:
                self._run.feed(receipts)
        return self._run

    def _leave_interpreter(self) -> None:
        """Let go of an interpreted component where more is to be read than it is good for."""
        component = self._component
        if component is None or component.kind != BYTECODE:
            return
        if self._reader.size() > INTERPRET_MAX_BYTES:
            self._is_held = any(output.is_busy for output in self._outputs)
            if not self._is_held:
                self._restart()

    def _trapped(self, error: ComponentError) -> bool:
        """Begin anew after a trap; return whether there is another try."""
        self.report.debug.append(" ".join(f"{error} {error.__cause__ or ''}".split()))
        if not self._trap_search.trapped():
            self._traps += 1
        self._restart()
        return self._traps < TRAPS and self._deadline.left() > 0

    def _restart(self) -> None:
        """Begin with the journal's first line, and another component."""
        self._component = self._run = None
        self._is_held = False
        self._reader.rewind()
        self._trap_search.begin()
