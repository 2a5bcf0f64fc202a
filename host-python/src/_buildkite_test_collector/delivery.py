"""What becomes of a run's events: the `--json` file, and uploads, during the run and at its end."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Callable

from .component import INTERPRETED, Component, RejectedLine, Run, Summary
from .connections import imported_meanwhile
from .errors import CollectorError, ComponentError, ResultsFileError, UploadError
from .journal_reader import JournalReader
from .results_file import ResultsFile
from .tries import now
from .uploader import Body, Uploader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .answer import Answer
    from .journal import Journal
    from .settings import Settings


#: What the line begins with that says that an upload was accepted.
RECEIPT = b'{"event":"uploaded"'


@dataclass
class Outcome:
    """What became of a run's results."""

    #: How many results the server has accepted.
    uploaded: int = 0
    #: How many it passed over.
    skipped: int = 0
    #: Why it did, in its own words.
    skipped_why: str = ""
    #: How many it has not accepted.
    refused: int = 0
    #: How many were sent again after a try that may have arrived.
    repeated: int = 0
    #: The page of the run.
    run_url: str | None = None
    #: What happened in the run; none where the component was not asked.
    summary: Summary | None = None
    #: Lines of the journal that are no events.
    rejected: list[RejectedLine] = field(default_factory=list)
    #: What went wrong, in sentences.
    errors: list[str] = field(default_factory=list)
    #: What else there is to say, in sentences.
    notes: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether every result is where it should be."""
        return not self.errors

    def failed(self, error: object) -> None:
        """Note what went wrong, once."""
        if str(error) not in self.errors:
            self.errors.append(str(error))


class Delivery:
    """Brings what a journal holds to where it is wanted.

    The component takes in each event once; what it gave out and Test Engine did not accept waits
    here, compressed. Should the component trap, another one begins with the journal's first line:
    what was accepted before is in it, too.
    """

    def __init__(
        self,
        journal: Journal,
        settings: Settings,
        progress: Callable[[Outcome, int], None] = lambda *_: None,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Deliver a journal; `progress` is told of each upload, and how many results wait."""
        self.outcome = Outcome()
        self._journal = journal
        self._settings = settings
        self._progress = progress
        self._note = note
        self._restart()

    def checkpoint(self, seconds: float) -> None:
        """Upload what has finished so far, as far as it can be done in some seconds."""
        try:
            refused = self._upload(seconds)
        except ComponentError:
            # The end of the run says it, where it goes wrong again.
            self._restart()
            return
        self._note(f"checkpoint: {self.outcome.uploaded} results uploaded; {refused or 'no error'}")

    def finish(self, latest: Callable[[float], float] = lambda deadline: deadline) -> Outcome:
        """Write the `--json` file and upload, as long as that may take; what fails is told.

        `latest` may bring the deadline of the uploads forward, at any time.
        """
        if self._settings.json:
            self._write_results()
        if self._settings.token:
            refused: CollectorError | None
            try:
                refused = self._upload(self._settings.upload_timeout, latest, is_last=True)
            except ComponentError as error:
                refused = error if self._component is None else self._try_again(latest)
            if refused is not None:
                self.outcome.failed(refused)
            self._refused()
        return self.outcome

    def _try_again(self, latest: Callable[[float], float]) -> CollectorError | None:
        """Begin anew, after a component has trapped."""
        self._restart()
        try:
            return self._upload(self._settings.upload_timeout, latest, is_last=True)
        except ComponentError as error:
            return error

    def interrupted(self) -> None:
        """Note that somebody has no patience with `finish`."""
        self.outcome.failed("the upload was interrupted")
        self._refused()

    def _refused(self) -> None:
        self.outcome.refused = sum(body.results for body in self._bodies)

    def _restart(self) -> None:
        """Begin with the journal's first line, and another component."""
        self._component: Component | None = None
        self._reader = JournalReader(self._journal)
        self._run: Run | None = None
        self._is_replay = False
        self._bodies: list[Body] = []

    def _begin(self, *, uploads: bool = False, results: bool = False) -> Run:
        if self._component is None:
            began = now()
            self._component = self._loaded(self._journal.size, uploads=uploads)
            kind = "interpreted" if self._component.is_interpreted else "compiled"
            self._note(f"the component was loaded in {now() - began:.2f} s, to be {kind}")
        return self._component.run(uploads=uploads, results=results)

    def _loaded(self, size: int, *, uploads: bool) -> Component:
        if not uploads or size <= INTERPRETED:
            return Component(size=size)
        with imported_meanwhile():
            return Component(size=size)

    def _prepare(self, size: int) -> None:
        """Let go of an interpreted component where more is to be read than it is good for."""
        component = self._component
        if component is not None and component.is_interpreted and size > INTERPRETED:
            self._restart()

    def _upload(
        self,
        seconds: float,
        latest: Callable[[float], float] = lambda deadline: deadline,
        *,
        is_last: bool = False,
    ) -> CollectorError | None:
        """Send what waits, in some seconds from the first; return what went wrong first.

        Raises:
            ComponentError: not all that waits is known.
        """
        bodies = self._waiting(is_last=is_last)
        first = next(bodies, None)
        if first is None:
            return None
        until = now() + seconds
        uploader = Uploader(self._settings, lambda: latest(until), self._note, is_last=is_last)
        refused: CollectorError | None = None
        try:
            with closing(uploader.send(chain((first,), bodies))) as fates:
                for body, fate in fates:
                    if isinstance(fate, UploadError):
                        refused = refused or fate
                    else:
                        self._accepted(body, fate)
        except UploadError as error:
            refused = error
            # They are counted all the same.
            for _ in bodies:
                pass
        return refused

    def _accepted(self, body: Body, answer: Answer) -> None:
        self._bodies.remove(body)
        self._journal.append(body.receipt + "\n")
        outcome = self.outcome
        outcome.uploaded += body.results - answer.skipped
        outcome.skipped += answer.skipped
        outcome.skipped_why = answer.reason or outcome.skipped_why
        outcome.repeated += body.results if answer.is_repeated else 0
        outcome.run_url = answer.run_url or outcome.run_url
        self._progress(outcome, sum(each.results for each in self._bodies))

    def _waiting(self, *, is_last: bool) -> Iterator[Body]:
        """Give the bodies that were not accepted before, and those that what is new makes."""
        self._prepare(self._reader.left())
        yield from list(self._bodies)
        for body in self._fold(is_last=is_last):
            self._bodies.append(body)
            yield body

    def _fold(self, *, is_last: bool) -> Iterator[Body]:
        """Fold what is new in the journal, and give whole bodies; at a stop all there is."""
        if self._run is None:
            self._run = self._begin(uploads=True)
            self._is_replay = self._journal.holds(RECEIPT)
        run = self._run
        size = self._settings.upload_batch_size
        for chunk in self._reader.chunks():
            waiting = run.feed(chunk)
            # In a replay, what was accepted is only known when all was read.
            while not self._is_replay and waiting >= size and (body := self._taken(run)):
                waiting -= size
                yield body
        if is_last:
            run.finish()
        while body := self._taken(run):
            yield body
        if is_last:
            self._ended(run)

    def _taken(self, run: Run) -> Body | None:
        upload = run.take_upload(self._settings.upload_batch_size)
        if upload is None:
            return None
        return Body.of(upload.body, upload.receipt, upload.results)

    def _write_results(self) -> None:
        """Write the `--json` file, from the journal's first line on."""
        file: ResultsFile | None = None
        self._prepare(self._journal.size)
        try:
            run = self._begin(results=True)
            file = ResultsFile(self._settings.json, merge=self._settings.merge_json)
            for chunk in JournalReader(self._journal).chunks():
                run.feed(chunk)
                file.take(run)
            run.finish()
            file.take(run)
            file.commit()
        except (ComponentError, ResultsFileError) as error:
            self.outcome.failed(error)
            if isinstance(error, ComponentError):
                self._restart()
        else:
            self.outcome.notes += file.notes
            self._ended(run)
        finally:
            if file is not None:
                file.abandon()

    def _ended(self, run: Run) -> None:
        self.outcome.summary = run.summary()
        self.outcome.rejected = run.rejected
