"""What the courier does: it follows a journal, delivers what is in it, and ends with its run."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

from .. import process
from ..clock import Clock
from ..deadline import Deadline, now
from ..journal.append import append_lines
from ..journal.receipts import Receipts
from ..journal.run_directory import RunDirectory
from ..settings import Settings
from ..surroundings import nesting
from ..version import __version__
from .job import Job
from .launch import PACKAGE
from .owner import Owner
from .status import DELIVERING, FINISHED, READY, TAKEN_OVER, read_status, write_status

if TYPE_CHECKING:
    from ..delivery.delivery import Delivery
    from ..delivery.report import DeliveryReport
else:
    # Imported when it is needed alone.
    Delivery = DeliveryReport = Any

#: How often the journal is looked at, in seconds: where the test process can wake us at its end,
#: and where it cannot, in the first seconds and later.
POLL_INTERVAL, FIRST_POLL_INTERVAL = 0.25, 0.02

#: How long the first seconds are.
FIRST_SECONDS = 5.0

#: How long we may go on after the test process, in seconds.
LIFE_AFTER_OWNER = 60.0

#: How much sooner than the test process gives up we do, in seconds.
HEAD_START = 0.5

#: How often progress is told, in seconds.
PROGRESS_INTERVAL = 0.1


def deliver(job: Job, wake: int | None, owner: int | None) -> None:
    """Deliver a run, unless this is another Python than the owner's.

    Args:
        job: The run; its lock is held by this process.
        wake: The pipe by which the test process wakes us.
        owner: A descriptor of the test process, where the system has such.
    """
    is_same = (PACKAGE, __version__, sys.base_prefix, sys.version) == (
        job.package,
        job.version,
        job.prefix,
        job.python,
    )
    if is_same:
        Courier(job, wake, owner).run()


class Courier:
    """Delivers one run."""

    def __init__(self, job: Job, wake: int | None, owner: int | None) -> None:
        self._job = job
        Clock.epoch = job.epoch
        self._settings = Settings(job.settings)
        self._directory = RunDirectory(job.directory)
        self._owner = Owner(job.pid, job.birth, job.stack, owner)
        self._receipts = Receipts(self._directory.receipts)
        self._identity = {"pid": os.getpid(), "birth": process.birth(os.getpid())}
        self._wake = wake
        self._began = now()
        self._is_stopped = False
        self._deadline = Deadline(None)
        self._told_at = 0.0

    def run(self) -> None:
        """Deliver the run, and leave nothing behind but what nobody else will see to."""
        signal.signal(signal.SIGTERM, self._stop)
        if self._is_taken_over():
            return
        self._tell(READY)
        report = self._deliver()
        is_owner_alive = self._owner.is_alive()
        if is_owner_alive and not self._directory.is_unattended():
            # Where somebody has stopped us, the test process delivers the rest.
            if not self._is_stopped:
                self._tell(FINISHED, report=report.as_json())
            return
        # The test process has died, or gone on before it saw that.
        if not is_owner_alive:
            nesting.forget(self._job.pid)
        if report.is_complete:
            self._directory.remove()
        else:
            self._directory.keep_journal()

    def _deliver(self) -> DeliveryReport:
        from ..delivery.delivery import Delivery
        from ..journal.reader import JournalReader

        files = [self._job.journal, self._directory.rest]
        reader = JournalReader([path for path in files if path])
        delivery = Delivery(
            reader,
            self._settings,
            self._receipts,
            self._deadline,
            progress=self._progress,
            is_following=True,
        )
        try:
            delivery.prepare()
            # What is loaded stays; from here on there may be garbage.
            gc.freeze()
            gc.enable()
            delivery.report.notes += self._remove_old_runs()
            self._follow(delivery)
            if self._is_stopped:
                delivery.abandon()
            else:
                delivery.finish()
        finally:
            reader.close()
        return delivery.report

    def _remove_old_runs(self) -> list[str]:
        """Keep what was never sent within its limits, while the tests run."""
        from ..journal.limits import remove_old_runs

        root = self._directory.read_record().get("root")
        return remove_old_runs(root) if root else []

    def _follow(self, delivery: Delivery) -> None:
        """Deliver what is in the journal until the run is over, or its process is dead."""
        while not self._is_stopped:
            # Asked before the journal is read: what a dying process wrote last is read after it.
            is_alive = self._owner.is_alive()
            delivery.advance()
            if delivery.is_run_over:
                # Where we see it late, the test process has waited that long already.
                late = (self._now() - delivery.run_finished_at) / 1e9
                seconds = self._settings.upload_timeout - HEAD_START - late
                self._deadline.start(max(0.1, seconds))
                break
            if not is_alive or self._directory.is_unattended():
                self._deadline.start(min(LIFE_AFTER_OWNER, self._settings.upload_timeout))
                if not is_alive:
                    self._write_end()
                break
            if not os.path.exists(self._directory.status):
                # A test has removed our files, and the test process would look in vain for us.
                self._tell(READY)
            self._wait(delivery.due_in())
        if not self._is_stopped:
            # Nobody else writes to the journal any more.
            self._receipts.move_to(self._job.journal)

    def _write_end(self) -> None:
        """Write into the journal how the test process ended."""
        end = self._owner.end()
        time = self._now()
        if end.signal == signal.SIGTERM:
            line = f'{{"event":"run-finished","time":{time},"status":143}}\n'
        else:
            line = f'{{"event":"run-aborted","time":{time},"reason":"{end.reason}"}}\n'
        with contextlib.suppress(OSError):
            append_lines(self._job.journal, line)

    def _now(self) -> int:
        """Return nanoseconds since the run began, on the clock of the test process."""
        return max(0, Clock.now() - self._job.origin)

    def _wait(self, longest: float) -> None:
        """Wait until there may be something to do."""
        interval = POLL_INTERVAL
        if self._wake is None and now() - self._began < FIRST_SECONDS:
            interval = FIRST_POLL_INTERVAL
        self._poll(min(interval, max(0.0, longest)))

    def _poll(self, seconds: float) -> None:
        poll = select.poll()
        for descriptor in (self._wake, self._owner.descriptor):
            if descriptor is not None:
                poll.register(descriptor, select.POLLIN)
        poll.poll(seconds * 1000)
        if self._wake is not None:
            with contextlib.suppress(OSError):
                os.read(self._wake, 4096)

    def _is_taken_over(self) -> bool:
        return read_status(self._directory.status).get("state") == TAKEN_OVER

    def _progress(self, sent: int, waiting: int, tries: int) -> None:
        if self._deadline.is_running and now() - self._told_at > PROGRESS_INTERVAL:
            self._told_at = now()
            self._tell(DELIVERING, sent=sent, waiting=waiting, tries=tries)

    def _tell(self, state: str, **fields: object) -> None:
        # Where nothing can be written, the test process finds that out by itself.
        with contextlib.suppress(OSError):
            write_status(self._directory.status, state, **self._identity, **fields)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Someone wants us to end: the test process, or whoever clears up after a job."""
        del number, frame
        self._is_stopped = True
        self._deadline.start(1.0)
        if self._wake is not None:
            with contextlib.suppress(OSError):
                os.write(self._wake, b"!")
