"""OpenTelemetry: the application's own client spans, from the SDK's `Span.start` and `Span.end`.

Not a span processor: a provider may be set up at any time, and none can be taken off it again.
Attributes are those of both semantic conventions, old and new
(https://opentelemetry.io/docs/specs/semconv/).
"""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.trace import Span
from opentelemetry.trace import SpanKind

from ..hooks import Hooks, in_place_of, unbound
from ..recorder import HTTP, SQL, Detail

#: The attributes that hold what is recorded, the newer name first.
METHOD, URL = ("http.request.method", "http.method"), ("url.full", "http.url")
QUERY, SYSTEM = ("db.query.text", "db.statement"), ("db.system.name", "db.system")


def install(hooks: Hooks) -> None:
    """Record each client span of HTTP or a database."""
    recorder = hooks.recorder
    original_start, original_end = vars(Span)["start"], vars(Span)["end"]
    start_it, end_it = unbound(original_start), unbound(original_end)

    def start(self: Any, *args: Any, **kwargs: Any) -> None:
        start_it(self, *args, **kwargs)
        section = _section(self)
        if section and (call := recorder.begin(section)) is not None:
            call.key = self

    def end(self: Any, *args: Any, **kwargs: Any) -> None:
        for section in (HTTP, SQL):
            call = recorder.under_way(section, self)
            if call is not None:
                recorder.end(call, _describe(self, section))
        end_it(self, *args, **kwargs)

    hooks.put(Span, "start", in_place_of(original_start, start))
    hooks.put(Span, "end", in_place_of(original_end, end))


def _section(span: Any) -> str:
    try:
        if span.kind is SpanKind.CLIENT:
            if _value(span, METHOD):
                return HTTP
            if _value(span, SYSTEM) or _value(span, QUERY):
                return SQL
    except Exception:  # noqa: S110 - an SDK of another version
        pass
    return ""


def _describe(span: Any, section: str) -> Detail:
    try:
        scope = getattr(span.instrumentation_scope, "name", None) or "opentelemetry"
        lib = scope.removeprefix("opentelemetry.instrumentation.")
        if section == HTTP:
            return _value(span, METHOD), _value(span, URL), lib
        return _value(span, QUERY), _value(span, SYSTEM), lib
    except Exception:
        return ()


def _value(span: Any, names: tuple[str, ...]) -> Any:
    attributes = span.attributes or {}
    return next((attributes[name] for name in names if name in attributes), None)
