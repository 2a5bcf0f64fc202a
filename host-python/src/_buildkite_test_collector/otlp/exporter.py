"""Sends bodies with traces to a receiver."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from ..delivery.answer import Answer
from ..delivery.sender import Body, Sender, Success
from ..errors import UploadError, why
from ..net.connections import Connections
from ..net.trust import trusted
from ..net.url import Url
from .answer import PASSING, describe_refusal, rejected_spans
from .target import Target

#: The type of each encoding.
TYPES = {"protobuf": "application/x-protobuf", "json": "application/json"}

#: How many connections there are at most.
CONNECTIONS = 2


class Exporter(Sender):
    """Sends bodies with traces, as uploads are sent."""

    passing = PASSING

    def __init__(self, target: Target, note: Callable[[str], None]) -> None:
        """Prepare to send.

        Args:
            target: Where to.
            note: Is told what goes well, too, a line a request.

        Raises:
            UploadError: nothing can be sent at all.
        """
        self._target = target
        self.patience = target.timeout
        url = Url.parse(target.url)
        # Plain http is what a Collector beside the tests speaks; who wants else says https.
        context = _context(target) if url.scheme == "https" else None
        connections = Connections(url, CONNECTIONS, allow_http=True, context=context)
        super().__init__(url, connections, note)

    def headers(self) -> dict[str, str]:
        """Return the user's headers, and those of the encoding."""
        encoding = {"Content-Encoding": "gzip"} if self._target.is_compressed else {}
        return {**self._target.headers, "Content-Type": TYPES[self._target.encoding], **encoding}

    def describe(self, status: int, reason: str | None, said: bytes) -> str:
        """Return what a refusal means."""
        return describe_refusal(self._target.secrets, status, reason, said)

    def read(self, success: Success, body: Body) -> Answer:
        """Return how many spans were not accepted after all; the answer may be empty."""
        del body
        is_json = self._target.encoding == "json"
        rejected, reason = rejected_spans(success.said, is_json=is_json)
        return Answer(skipped=rejected, reason=reason)


def _context(target: Target) -> ssl.SSLContext:
    """Return what is trusted, and who we are.

    Raises:
        UploadError: a file cannot be used.
    """
    name = "OTEL_EXPORTER_OTLP_CERTIFICATE"
    try:
        if target.certificate:
            context = ssl.create_default_context(cafile=target.certificate)
        else:
            context = trusted()
        name = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"
        if target.client_certificate:
            key = target.client_key or None
            # Nobody is here to type the password of a key.
            context.load_cert_chain(target.client_certificate, key, password=lambda: b"")
    except OSError as error:
        raise UploadError(f"{name} cannot be used: {why(error)}") from error
    return context
