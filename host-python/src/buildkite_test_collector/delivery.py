"""What becomes of a run's events: the `--json` file, and uploads, during the run and at its end."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from .component import Component, RejectedLine, Run, Summary
from .errors import CollectorError, ComponentError, ResultsFileError, UploadError
from .journal import JournalReader
from .results_file import ResultsFile
from .tries import now
from .uploader import Body, Uploader

if TYPE_CHECKING:
    from .journal import Journal
    from .settings import Settings


#: How much an interpreted component reads, in bytes: what takes as long as compiling it.
LITTLE = 384 * 1024

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
        self._component: Component | None = None
        self._restart()

    def checkpoint(self, seconds: float) -> None:
        """Upload what has finished so far, as far as it can be done in some seconds."""
        try:
            self._fold()
        except ComponentError:
            # The end of the run says it, where it goes wrong again.
            self._component = None
            self._restart()
            return
        until = now() + seconds
        refused = self._upload(lambda: until)
        self._note(f"checkpoint: {self.outcome.uploaded} results uploaded; {refused or 'no error'}")

    def finish(self, latest: Callable[[float], float] = lambda deadline: deadline) -> Outcome:
        """Write the `--json` file and upload, as long as that may take; what fails is told.

        `latest` may bring the deadline of the uploads forward, at any time.
        """
        if self._settings.json:
            self._write_results()
        if self._settings.token:
            try:
                self._take_rest()
            except ComponentError as error:
                self.outcome.failed(error)
            deadline = now() + self._settings.upload_timeout
            refused = self._upload(lambda: latest(deadline))
            if refused is not None:
                self.outcome.failed(refused)
            self._refused()
        return self.outcome

    def interrupted(self) -> None:
        """Note that somebody has no patience with `finish`."""
        self.outcome.failed("the upload was interrupted")
        self._refused()

    def _refused(self) -> None:
        self.outcome.refused = sum(body.results for body in self._bodies)

    def _restart(self) -> None:
        self._reader = JournalReader(self._journal)
        self._run: Run | None = None
        self._is_replay = False
        self._bodies: list[Body] = []

    def _begin(self, *, uploads: bool = False, results: bool = False) -> Run:
        if self._component is None:
            began = now()
            self._component = Component(is_light=len(self._journal) <= LITTLE)
            kind = "interpreted" if self._component.is_light else "compiled"
            self._note(f"the component was loaded in {now() - began:.2f} s, to be {kind}")
        return self._component.run(uploads=uploads, results=results)

    def _must_be_compiled(self) -> bool:
        """Whether there is more to read than an interpreted component is good for."""
        is_light = self._component is not None and self._component.is_light
        return is_light and self._reader.left() > LITTLE

    def _take_rest(self) -> None:
        """Fold the rest of the journal; after a trap once more from the start."""
        try:
            run = self._fold(is_last=True)
        except ComponentError:
            if self._component is None:
                raise
            self._component = None
            self._restart()
            run = self._fold(is_last=True)
        self._ended(run)

    def _fold(self, *, is_last: bool = False) -> Run:
        """Fold what is new in the journal, and take whole bodies; at a stop all there is."""
        if self._must_be_compiled():
            self._component = None
            self._restart()
        if self._run is None:
            self._run = self._begin(uploads=True)
            self._is_replay = RECEIPT in self._journal
        run = self._run
        batch_size = self._settings.upload_batch_size
        for chunk in self._reader.chunks():
            waiting = run.feed(chunk)
            # In a replay, what was accepted is only known when all was read.
            while not self._is_replay and waiting >= batch_size and self._pack(run):
                waiting -= batch_size
        if is_last:
            run.finish()
        while self._pack(run):
            pass
        return run

    def _pack(self, run: Run) -> bool:
        upload = run.take_upload(self._settings.upload_batch_size)
        if upload is not None:
            self._bodies.append(Body.of(upload.body, upload.receipt, upload.results))
        return upload is not None

    def _upload(self, deadline: Callable[[], float]) -> CollectorError | None:
        """Send the bodies that wait; return what went wrong first, if anything."""
        if not self._bodies:
            return None
        first: CollectorError | None = None
        uploader = Uploader(self._settings, deadline, self._note)
        try:
            with closing(uploader.send(list(self._bodies))) as answers:
                for body, answer in answers:
                    if isinstance(answer, UploadError):
                        first = first or answer
                        continue
                    self._bodies.remove(body)
                    self._journal.append(body.receipt + "\n")
                    outcome = self.outcome
                    outcome.uploaded += body.results - answer.skipped
                    outcome.skipped += answer.skipped
                    outcome.skipped_why = answer.reason or outcome.skipped_why
                    outcome.repeated += body.results if answer.is_repeated else 0
                    outcome.run_url = answer.run_url or outcome.run_url
                    self._progress(outcome, sum(each.results for each in self._bodies))
        except UploadError as error:
            return error
        return first

    def _write_results(self) -> None:
        """Write the `--json` file, from the journal's first line on."""
        file: ResultsFile | None = None
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
                self._component = None
        else:
            self.outcome.notes += file.notes
            self._ended(run)
        finally:
            if file is not None:
                file.abandon()

    def _ended(self, run: Run) -> None:
        self.outcome.summary = run.summary()
        self.outcome.rejected = run.rejected
