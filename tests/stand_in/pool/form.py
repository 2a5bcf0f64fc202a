"""The form that each request must have; what has another is answered with 400."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

#: The fields of an entry that are texts.
TEXTS = ("id", "name", "scope", "location", "file_name", "result")


class FormError(Exception):
    """A request has another form; the text says where."""


def check_session(body: Any) -> None:
    """Hold the body of ``POST /v1/sessions`` against its form."""
    _fields(body, instance_id=str, runner=dict, capabilities=dict)
    uuid.UUID(body["instance_id"])
    texts = ("name", "version", "framework", "framework_version", "language", "language_version")
    _fields(body["runner"], **dict.fromkeys(texts, str), pid=int)
    _fields(body["capabilities"], selector_formats=list)


def check_pull(body: Any) -> None:
    """Hold the body of ``POST /v1/batches`` against its form."""
    if body != {}:
        raise FormError(f"a pull says {body}")


def check_end(body: Any) -> None:
    """Hold the body of ``DELETE /v1/sessions/{id}`` against its form."""
    _fields(body, reason=str)
    if body["reason"] not in ("signal_term", "signal_int"):
        raise FormError(f"no reason: {body['reason']}")


def check_result(body: Any) -> None:
    """Hold the body of ``POST /v1/batches/{id}/results`` against its form."""
    if not isinstance(body, dict) or body.get("report_format") != "pytest-json":
        raise FormError("the report is no pytest-json")
    if body.get("status") == "errored":
        _fields(body, status=str, report_format=str, error=dict)
        _fields(body["error"], kind=str, message=str)
        if body["error"]["kind"] != "runner_error":
            raise FormError("the error is no runner_error")
        return
    _fields(body, status=str, report_format=str, report=list)
    if body["status"] != "completed":
        raise FormError(f"the status is {body['status']}")
    for entry in body["report"]:
        _check_entry(entry)


def _check_entry(entry: Any) -> None:
    if not isinstance(entry, dict):
        raise FormError("an entry is no object")
    for name in TEXTS:
        if not isinstance(entry.get(name), str):
            raise FormError(f"an entry's {name} is no text")
    if not (entry["scope"] or entry["name"]):
        raise FormError("an entry has no path")
    if entry["result"] not in ("passed", "failed", "skipped"):
        raise FormError(f"an entry's result is {entry['result']}")
    tags = entry.get("tags", {})
    if not isinstance(tags, dict) or not all(isinstance(tag, str) for tag in tags.values()):
        raise FormError("an entry's tags are no texts")


def _fields(body: Any, **kinds: type) -> None:
    """Hold an object against the fields that it must have, and no others."""
    if not isinstance(body, dict) or set(body) != set(kinds):
        raise FormError(f"the fields are {body}, and not {', '.join(kinds)}")
    for name, kind in kinds.items():
        if not isinstance(body[name], kind):
            raise FormError(f"{name} is no {kind.__name__}")


#: A check of a request's body.
Check = Callable[[Any], None]
