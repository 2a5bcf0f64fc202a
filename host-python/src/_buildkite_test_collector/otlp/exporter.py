"""Sends bodies with traces to a receiver."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ..deadline import now
from ..delivery.answer import Answer
from ..delivery.uploader import ANSWER_LIMIT, Body, Uploader
from ..errors import UploadError, why
from ..net.connections import Connections
from ..net.trust import trusted
from ..net.url import Url
from ..version import __version__
from .answer import PASSING, describe_refusal, rejected_spans
from .target import Target

if TYPE_CHECKING:
    from ..net.tries import Tries
else:
    # Imported when it is needed alone.
    Tries = Any

#: The type of each encoding.
TYPES = {"protobuf": "application/x-protobuf", "json": "application/json"}


class Exporter(Uploader):
    """Sends bodies by threads, as uploads are sent."""

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
        url = Url.parse(target.url)
        # Plain http is what a Collector beside the tests speaks; who wants else says https.
        context = _context(target) if url.scheme == "https" else None
        connections = Connections(url, 2, allow_http=True, context=context)
        super()._prepare(url, connections, partial(describe_refusal, target.secrets), note)

    def _answer(self, body: Body, tries: Tries) -> Answer:
        from urllib3 import Timeout

        began, target = now(), self._target
        seconds = min(target.timeout, tries.window.left())
        headers = {
            **target.headers,
            "Content-Type": TYPES[target.encoding],
            "Content-Length": str(len(body.data)),
            "User-Agent": f"buildkite-test-collector/{__version__}",
        }
        if target.is_compressed:
            headers["Content-Encoding"] = "gzip"
        response = self._connections.post(
            body=tries.stream,
            headers=headers,
            timeout=Timeout(connect=seconds, read=seconds),
            retries=tries.retry(),
        )
        said = b""
        with contextlib.suppress(Exception):
            said = response.read(ANSWER_LIMIT)
        response.release_conn()
        self.tries = tries.count
        self._note(
            f"traces of {body.results} results in {len(body.data)} bytes: "
            f"{response.status} after {now() - began:.2f} s, {tries.count} tries"
        )
        if response.status not in range(200, 300):
            self._window.trouble = self._describe(response.status, response.reason, said)
            body.is_refused = response.status not in PASSING
            raise self._failed("")
        rejected, reason = rejected_spans(said, is_json=target.encoding == "json")
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
