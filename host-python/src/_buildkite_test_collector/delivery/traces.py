"""Traces to a receiver of OpenTelemetry's: when they are due, and what was accepted."""

from __future__ import annotations

import base64
import gzip

from ..component.component import Run
from ..deadline import now
from ..otlp.exporter import Exporter
from ..otlp.target import Target
from .answer import Answer
from .context import Context
from .sender import COMPRESSION_LEVEL, Body, Sender
from .uploads import Uploads

#: How many executions go into a request; fewer where they are large.
EXECUTIONS = 500


class Traces(Uploads):
    """Sends traces as uploads are sent, by connections of its own.

    Nothing of it waits for Test Engine, nor the other way around.
    """

    takes = ""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._target = Target(**context.settings.otlp_target)
        #: How many spans the receiver has rejected, and why.
        self._rejected = 0
        self._reason = ""
        self._taken_at = now()

    def started(self, run: Run) -> None:
        """Ask for traces."""
        run.keep_traces(self._target.encoding, self._target.service)

    def take(self, run: Run, *, is_last: bool) -> None:
        """Take what is there, now and then; at the end all there is."""
        interval = self._settings.upload_interval
        if not self._deadline.is_running and not is_last:
            is_early = not interval or now() < self._may_send_at
            if is_early or now() - self._taken_at < interval:
                return
        self._taken_at = now()
        while (traces := run.take_traces(EXECUTIONS)) is not None:
            data = traces.body.encode()
            if self._target.encoding == "protobuf":
                data = base64.b64decode(data)
            if self._target.is_compressed:
                data = gzip.compress(data, COMPRESSION_LEVEL)
            self._bodies.append(Body(data, traces.receipt, traces.executions))
        if is_last:
            self._send(is_another_try=self._is_early)
        elif self._receipts.is_written:
            self._send(is_another_try=self._has_failed)

    def due_in(self) -> float:
        """Return when traces are taken again."""
        interval = self._settings.upload_interval
        if not interval or (self._sender is not None and self._sender.under_way):
            return super().due_in()
        return max(0.0, max(self._taken_at + interval, self._may_send_at) - now())

    def abandon(self) -> None:
        """Wait for what is under way, and report what was not accepted."""
        self._wait()
        if self._rejected:
            why = f" ({self._reason})" if self._reason else ""
            spans = "1 span" if self._rejected == 1 else f"{self._rejected} spans"
            self._report.notes.append(f"{self._target.url} rejected {spans}{why}")
        if self._bodies:
            sender, count = self._sender, sum(body.results for body in self._bodies)
            error = sender.why_not(self._bodies[0]) if sender else self._obstacle
            results = "1 result was" if count == 1 else f"{count} results were"
            self._report.failed(f"the traces of {results} not sent: {error}")

    def _connect(self) -> Sender:
        return Exporter(self._target, self._report.debug.append)

    def _accepted(self, body: Body, answer: Answer) -> None:
        self._bodies.remove(body)
        self._receipts.add(body.receipt)
        self._report.traced += body.results
        self._report.traces_url = self._target.url
        self._rejected += answer.skipped
        self._reason = answer.reason or self._reason
