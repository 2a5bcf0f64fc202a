"""The end of a run: the courier is waited for, or this process delivers by itself."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import private
from .courier.waiting import CourierWait
from .deadline import Deadline, now
from .delivery.inherited_stream import InheritedStream
from .delivery.report import INTERRUPTED, DeliveryReport
from .errors import ResultsFileError, why
from .journal.receipts import Receipts
from .journal.run_directory import RunDirectory
from .journal.writer import Journal
from .settings import Settings

if TYPE_CHECKING:
    from .courier.launch import Launch
    from .delivery.delivery import Delivery
else:
    # Imported when it is needed alone.
    Launch = Delivery = Any

#: How long a courier may take to begin before it is told, in seconds. One that has less time is not
#: worth waiting for.
START_TIMEOUT = 5.0

#: How long whoever reads the results from a pipe gets at least, in seconds.
READ_TIMEOUT = 5.0

# Held from the moment of loading: tests replace it.
_open_file = open

#: Is told how many results were sent, how many wait, and how many tries the last upload took.
Progress = Callable[[int, int, int], None]


class Ending:
    """Gets what is in a journal to where it is wanted, once the tests are over."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        directory: RunDirectory | None,
        latest: Callable[[float], float] = lambda until: until,
        progress: Progress = lambda *_: None,
    ) -> None:
        """Prepare to end a run.

        Args:
            settings: What is wanted.
            journal: What happened.
            directory: Where the courier tells how far it is; none where nothing can be written.
            latest: Takes the deadline and returns an earlier one, where somebody is in a hurry.
            progress: Is told of each upload.
        """
        self.report = DeliveryReport()
        self._settings = settings
        self._journal = journal
        self._directory = directory
        self._latest = latest
        self._progress = progress
        self._delivery: Delivery | None = None
        self._deadline = Deadline(settings.upload_timeout, latest)

    def deliver(self, launch: Launch | None) -> None:
        """Deliver, by the courier if one was launched and does it."""
        directory = self._directory
        if launch is None or directory is None or not self._wait_for_courier(launch, directory):
            self._deliver_here()

    def copy_results(self, stream: InheritedStream) -> None:
        """Copy the results that were gathered for a stream of this process to it."""
        directory = self._directory
        if directory is None:
            return
        deadline = Deadline(max(READ_TIMEOUT, self._deadline.left()), self._latest)
        try:
            with _open_file(private.open_for_reading(directory.results), "rb") as content:
                stream.write(content, deadline.left)
        except KeyboardInterrupt:
            self.report.failed(INTERRUPTED)
        except Exception as error:
            # Where nothing could be gathered, that is said already.
            if not self.report.errors or not isinstance(error, FileNotFoundError):
                problem = f"{stream.path} cannot be written: {why(error)}"
                self.report.failed(ResultsFileError(problem))

    def interrupted(self, launch: Launch | None) -> None:
        """Somebody has no patience with `deliver`, perhaps before it began."""
        if self._delivery is not None:
            self.report = self._delivery.interrupt()
        elif launch is not None and self._directory is not None:
            self.report.failed(f"{INTERRUPTED}, and {CourierWait(self._directory).leave()}")
        else:
            self.report.failed(INTERRUPTED)

    def _wait_for_courier(self, launch: Launch, directory: RunDirectory) -> bool:
        """Return whether the courier has delivered, or has failed for good."""
        wait = CourierWait(directory)
        launch.reap()
        if not self._journal.is_on_disk:
            if wait.stop():
                return False
            self.report.failed("events that no file took could not be delivered")
            return True
        report = wait.report(self._settings.upload_timeout, self._progress)
        if report is not None:
            self.report = report
        elif wait.has_begun:
            self.report.notes.append("the process that delivers died, and pytest did it instead")
        elif now() - launch.time > launch.patience + START_TIMEOUT:
            self.report.notes.append("the process that delivers never began, and pytest did it")
        return report is not None

    def _deliver_here(self) -> None:
        from .delivery.delivery import Delivery
        from .journal.reader import JournalReader

        notes = self.report.notes
        files = [self._journal.path]
        receipts = Receipts("")
        if self._directory is not None:
            files.append(self._directory.rest)
            receipts = Receipts(self._directory.receipts)
        receipts.move_into(self._journal)
        reader = JournalReader(files, self._journal.unwritten)
        deadline = Deadline(self._settings.upload_timeout, self._latest)
        self._delivery = Delivery(
            reader, self._settings, receipts, deadline, progress=self._progress
        )
        try:
            with _no_search_for_garbage():
                self._delivery.prepare()
            self.report = self._delivery.finish()
        finally:
            reader.close()
        self.report.notes += notes


@contextlib.contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Load what stays: to look for garbage in it takes a tenth of the time."""
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()
