"""Uploads to Test Engine: when a result is due, what was accepted, and what was not."""

from __future__ import annotations

import gzip
from math import inf

from ..component.component import Run
from ..deadline import now
from ..errors import UploadError
from .answer import Answer
from .context import Context
from .sender import COMPRESSION_LEVEL, FAILURES, Body, Sender
from .uploader import Uploader

#: How long a server that has failed is left alone while the tests run, in seconds.
RETRY_INTERVAL = 10.0

#: How often it is looked whether the deadline has been brought forward, in seconds.
POLL_INTERVAL = 0.25


class Uploads:
    """Uploads results: whole bodies at once, others when they have waited for long enough."""

    takes = "uploads"

    def __init__(self, context: Context) -> None:
        self._settings = context.settings
        self._report = context.report
        self._receipts = context.receipts
        self._deadline = context.deadline
        self._progress = context.progress
        self._sender: Sender | None = None
        #: Why nothing can be sent at all.
        self._obstacle: UploadError | None = None
        #: Those that were not accepted yet, in order.
        self._bodies: list[Body] = []
        #: Since when results wait in the component.
        self._waiting_since = inf
        #: Whether the tests run meanwhile, so that what fails can be tried later.
        self._is_early = not self._deadline.is_running
        #: Whether a body has failed since all were tried, and until when the server is left alone.
        self._has_failed = False
        self._may_send_at = 0.0
        #: How many bodies in a row the server would not take, whenever that may be.
        self._refusals = 0

    def begin(self) -> None:
        """Connect, and begin with the first event: what is under way is waited for before."""
        while self._sender is not None and self._sender.under_way and self._deadline.left():
            self._collect(POLL_INTERVAL)
        self._bodies.clear()
        self._waiting_since = inf
        if self._sender is None and self._obstacle is None:
            try:
                self._sender = self._connect()
            except UploadError as error:
                self._obstacle = error

    def started(self, run: Run) -> None:
        """Ask for nothing else."""

    def take(self, run: Run, *, is_last: bool) -> None:
        """Take whole bodies, and what has waited for long enough; at the end all there is."""
        size = self._settings.upload_batch_size
        is_due = is_last
        if not self._deadline.is_running and not is_last:
            if not self._settings.upload_interval or now() < self._may_send_at:
                return
            if not run.uploadable:
                self._waiting_since = inf
            elif self._waiting_since == inf:
                self._waiting_since = now()
            is_due = now() - self._waiting_since >= self._settings.upload_interval
        while is_due or run.uploadable >= size:
            upload = run.take_upload(size)
            if upload is None:
                break
            data = gzip.compress(upload.body.encode(), COMPRESSION_LEVEL)
            self._bodies.append(Body(data, upload.receipt, upload.results))
            self._waiting_since = inf
        if is_last:
            # Now: another output may take its time to commit.
            self._send(is_another_try=self._is_early)
        elif self._receipts.is_written:
            # What is accepted while no receipt can be written would be sent again after a crash.
            self._send(is_another_try=self._has_failed)

    def update(self) -> None:
        """See to what was answered, and whether receipts that could not be written can be now."""
        self._collect(0.0)
        self._receipts.flush()

    def due_in(self) -> float:
        """Return when the oldest result has waited for long enough."""
        if self._sender is not None and self._sender.under_way:
            # Its answer is to be kept soon, before somebody ends us.
            return POLL_INTERVAL / 5
        if self._waiting_since == inf or not self._settings.upload_interval:
            return inf
        due = max(self._waiting_since + self._settings.upload_interval, self._may_send_at)
        return max(0.0, due - now())

    @property
    def is_busy(self) -> bool:
        """Whether a body is on its way."""
        return self._sender is not None and self._sender.under_way > 0

    def commit(self) -> None:
        """Wait for the rest by the deadline, and report what was not accepted."""
        self.abandon()

    def abandon(self) -> None:
        """Wait for what is under way, and report what was not accepted."""
        self._wait()
        sender = self._sender
        self._report.not_uploaded = sum(body.results for body in self._bodies)
        if self._bodies:
            first = self._bodies[0]
            self._report.failed(sender.why_not(first) if sender else self._obstacle)

    def _connect(self) -> Sender:
        return Uploader(self._settings, self._report.debug.append)

    def _wait(self) -> None:
        """Wait for what is under way."""
        sender = self._sender
        if sender is not None:
            while sender.under_way and (seconds := self._deadline.left()):
                sender.until = self._deadline.until()
                self._collect(min(seconds, POLL_INTERVAL))
            sender.close()
            self._collect(0.0)

    def _send(self, *, is_another_try: bool) -> None:
        """Send the bodies that wait; those that have failed as well, if it is another try."""
        sender = self._sender
        if sender is None or self._refusals >= FAILURES:
            return
        if is_another_try:
            sender.forget_failures()
            self._has_failed = False
        if not sender.under_way or self._deadline.is_running:
            sender.until = min(now() + self._settings.upload_timeout, self._deadline.until())
        for body in self._bodies:
            is_new = body.error is None or (is_another_try and not body.is_refused)
            if is_new and not body.is_under_way:
                sender.send(body)

    def _collect(self, seconds: float) -> None:
        if self._sender is None:
            return
        for body, fate in self._sender.collect(seconds):
            if isinstance(fate, UploadError):
                body.error = fate
                self._refusals = self._refusals + 1 if body.is_refused else 0
                self._has_failed = True
                self._may_send_at = now() + RETRY_INTERVAL
            else:
                self._refusals = 0
                self._accepted(body, fate)

    def _accepted(self, body: Body, answer: Answer) -> None:
        self._bodies.remove(body)
        self._receipts.add(body.receipt)
        report = self._report
        report.uploaded += body.results - answer.skipped
        report.skipped += answer.skipped
        report.skipped_reason = answer.reason or report.skipped_reason
        report.repeated += body.results if answer.is_repeated else 0
        report.run_url = answer.run_url or report.run_url
        waiting = sum(each.results for each in self._bodies)
        tries = self._sender.tries if self._sender is not None else 0
        self._progress(report.uploaded + report.skipped, waiting, tries)
