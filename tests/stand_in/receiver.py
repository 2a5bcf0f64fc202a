"""A receiver of OpenTelemetry's traces, as far as an exporter can tell; bodies are decoded."""

from __future__ import annotations

import base64
import gzip
import json
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

#: The ids of a span and of a link, which are hexadecimal in OTLP's JSON, and Base64 in protobuf's.
IDS = ("traceId", "spanId", "parentSpanId")


@dataclass(frozen=True)
class Export:
    """A request."""

    path: str
    headers: dict[str, str]
    size: int
    message: Any

    @property
    def spans(self) -> list[Any]:
        """The spans in it."""
        return [
            span
            for resource in self.message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def resource(self) -> dict[str, str]:
        """The attributes of its resource."""
        return attributes(self.message.resource_spans[0].resource)


class Receiver:
    """Takes traces on a port of this machine."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        #: What was accepted, in order.
        self.exports: list[Export] = []
        #: What is answered: a status and a body.
        self.answer = (200, b"")
        #: How many requests came, accepted or not.
        self.requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests += 1
                status, body = outer.answer
                if status == 200:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    outer.exports.append(
                        Export(self.path, headers, len(data), decode(headers, data))
                    )
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its base."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @property
    def spans(self) -> list[Any]:
        """All spans that were accepted."""
        return [span for export in self.exports for span in export.spans]

    @property
    def roots(self) -> list[Any]:
        """Those of executions."""
        return [span for span in self.spans if not span.parent_span_id]


def decode(headers: dict[str, str], data: bytes) -> Any:
    """Return the message in a request."""
    if headers.get("content-encoding") == "gzip":
        data = gzip.decompress(data)
    if headers["content-type"] == "application/json":
        return of_json(data.decode())
    assert headers["content-type"] == "application/x-protobuf"
    return ExportTraceServiceRequest.FromString(data)


def of_json(text: str) -> Any:
    """Return the message in OTLP's JSON, in which no other field may be."""
    said = json.loads(text)
    for resource in said["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for each in (span, *span.get("links", ())):
                    for name in IDS:
                        if name in each:
                            each[name] = base64.b64encode(bytes.fromhex(each[name])).decode()
    return json_format.ParseDict(said, ExportTraceServiceRequest())


def attributes(of: Any) -> dict[str, Any]:
    """Return the attributes of a resource, a span or an event."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in of.attributes}
