"""What becomes of a run's events at its end: the `--json` file, and uploads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .component import CHUNK, Component, RejectedLine, Run, Summary
from .errors import ComponentError, ResultsFileError, UploadError
from .results_file import ResultsFile
from .uploader import Uploader, compressed

if TYPE_CHECKING:
    from .journal import Journal
    from .settings import Settings


@dataclass
class Outcome:
    """What became of a run's results."""

    #: How many results the server has accepted.
    uploaded: int = 0
    #: How many it passed over.
    skipped: int = 0
    #: How many it has not accepted.
    refused: int = 0
    #: The page of the run.
    run_url: str | None = None
    #: What happened in the run; none where the component did not say.
    summary: Summary | None = None
    #: Lines of the journal that are no events.
    rejected: list[RejectedLine] = field(default_factory=list)
    #: What went wrong, in sentences.
    errors: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether every result is where it should be."""
        return not self.errors


@dataclass(frozen=True)
class _Packed:
    """A body on its way."""

    body: bytes
    receipt: str
    results: int


def deliver(journal: Journal, settings: Settings) -> Outcome:
    """Write the `--json` file and upload, as far as they are wanted; what fails is told."""
    outcome = Outcome()
    results_file: ResultsFile | None = None
    if settings.json_path:
        try:
            results_file = ResultsFile(settings.json_path, merge=settings.merge_json)
        except ResultsFileError as error:
            outcome.errors.append(str(error))
    try:
        run = Component().run(uploads=bool(settings.token), results=results_file is not None)
        packed = _fold(run, journal, results_file, settings.batch_size)
        outcome.summary = run.summary()
        outcome.rejected = run.rejected
    except ComponentError as error:
        outcome.errors.append(str(error))
        if results_file is not None:
            results_file.abandon()
        return outcome
    if results_file is not None:
        try:
            results_file.commit()
        except (ResultsFileError, ValueError) as error:
            outcome.errors.append(str(error))
    if packed:
        _upload(packed, journal, settings, outcome)
    return outcome


def _fold(
    run: Run, journal: Journal, results_file: ResultsFile | None, batch_size: int
) -> list[_Packed]:
    """Fold a journal and return the bodies; memory holds them compressed, and nothing else."""
    packed: list[_Packed] = []

    def pack() -> None:
        upload = run.take_upload(batch_size)
        if upload is not None:
            packed.append(_Packed(compressed(upload.body), upload.receipt, upload.results))

    for chunk in journal.chunks():
        waiting = run.feed(chunk)
        while waiting >= batch_size:
            pack()
            waiting -= batch_size
        if results_file is not None:
            _take_results(run, results_file)
    run.finish()
    count = -1
    while count != len(packed):
        count = len(packed)
        pack()
    if results_file is not None:
        _take_results(run, results_file)
    return packed


def _take_results(run: Run, results_file: ResultsFile) -> None:
    while (array := run.take_results(CHUNK)) is not None:
        results_file.add(array)


def _upload(packed: list[_Packed], journal: Journal, settings: Settings, outcome: Outcome) -> None:
    uploader = Uploader(settings)
    try:
        for each in packed:
            try:
                answer = uploader.send(each.body)
            except UploadError as error:
                outcome.refused += each.results
                if str(error) not in outcome.errors:
                    outcome.errors.append(str(error))
                continue
            journal.append(each.receipt + "\n")
            outcome.uploaded += each.results - answer.skipped
            outcome.skipped += answer.skipped
            outcome.run_url = answer.run_url or outcome.run_url
    finally:
        uploader.close()
