"""What a receiver of traces answers, in words for people; an answer is hostile until read."""

from __future__ import annotations

import contextlib
from typing import Any

from ..net.trouble import printable
from ..text import decoded

#: Answers after which the same body may be accepted
#: (https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes).
PASSING = frozenset((429, 502, 503, 504))

#: What a person can do about an answer that stays as it is.
ADVICE = {
    401: "the credentials were not accepted; check OTEL_EXPORTER_OTLP_HEADERS",
    403: "this is not allowed; check OTEL_EXPORTER_OTLP_HEADERS",
    404: "there is no such place; check the endpoint's path, which is usually /v1/traces",
    413: "the body is too large for it",
    415: "it does not take this protocol; check OTEL_EXPORTER_OTLP_PROTOCOL",
}

#: The wire types of protobuf that have a length of their own: 64 and 32 bits.
FIXED = {1: 8, 5: 4}


def rejected_spans(body: bytes, *, is_json: bool) -> tuple[int, str]:
    """Return how many spans of a body were not accepted after all, and why."""
    with contextlib.suppress(ValueError, RecursionError, IndexError, TypeError, AttributeError):
        if is_json:
            said: Any = decoded(body.decode()).get("partialSuccess") or {}
            count, why = int(said.get("rejectedSpans") or 0), said.get("errorMessage") or ""
        else:
            partial = _fields(_fields(body).get(1, b""))
            count, why = partial.get(1, 0), partial.get(2, b"").decode("utf-8", "replace")
        return max(0, count), printable(why)
    return 0, ""


def describe_refusal(secrets: list[str], status: int, reason: str | None, body: bytes) -> str:
    """Return what a refusal means; the receiver may quote what is secret."""
    del body
    said = ADVICE.get(status) or printable(reason or "")
    for secret in secrets:
        said = said.replace(secret, "[secret]")
    return f"{status} {said}".strip()


def _fields(message: bytes) -> dict[int, Any]:
    """Return the fields of a message by their numbers: numbers, and bytes.

    Raises:
        ValueError: it is none; or `IndexError`.
    """
    fields: dict[int, Any] = {}
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        if key & 7 == 0:
            fields[key >> 3], place = _varint(message, place)
            continue
        if key & 7 == 2:
            length, place = _varint(message, place)
        elif key & 7 in FIXED:
            length = FIXED[key & 7]
        else:
            raise ValueError("no such type")
        fields[key >> 3] = message[place : place + length]
        place += length
    return fields


def _varint(message: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[place]
        place += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, place
        shift += 7
