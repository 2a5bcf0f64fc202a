"""What Test Engine answers, in words for people.

An answer is hostile until read: of any shape, size and alphabet.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, NamedTuple

from ..net.trouble import printable
from ..text import decoded, without_secret

#: What a person can do about an answer that stays as it is.
ADVICE = {
    401: "the token was not accepted; check BUILDKITE_ANALYTICS_TOKEN",
    403: "the upload is not allowed, or the organization has reached the limits of its plan",
    404: "there is no such place, or no such suite; check the API's URL and the token",
    413: "the upload is too large for the server; make BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE less",
    422: "the upload was not understood",
}

_URL = re.compile("https?://[!-~]{1,500}")


class Answer(NamedTuple):
    """What Test Engine says of an upload that it has accepted."""

    #: The page of the run, if the answer names it.
    run_url: str | None = None
    #: Results that it passed over.
    skipped: int = 0
    #: Why, if it says so.
    reason: str = ""
    #: Whether an earlier try may have arrived as well.
    is_repeated: bool = False


def read_answer(body: bytes, results: int, token: str, *, is_repeated: bool) -> Answer | None:
    """Return what an answer of success says; answers come in several shapes.

    None where it is no answer of Test Engine's, but a proxy's, say, or a page to log in at.
    """
    said = _object(body)
    if said is None:
        return None
    errors = said.get("errors")
    skipped = said.get("skipped")
    run_url = said.get("run_url") or said.get("upload_url") or said.get("url")
    return Answer(
        run_url=_run_url(run_url, token),
        skipped=min(max(skipped, 0), results) if isinstance(skipped, int) else 0,
        reason=printable(errors[0], token) if isinstance(errors, list) and errors else "",
        is_repeated=is_repeated,
    )


def describe_refusal(token: str, status: int, reason: str | None, body: bytes) -> str:
    """Return what a refusal means, in a sentence; the server may quote the token."""
    parts = [str(status), ADVICE.get(status, printable(reason or "", token))]
    message = (_object(body) or {}).get("message")
    if message:
        parts.append(f"({printable(message, token)})")
    return " ".join(part for part in parts if part)


def describe_stranger(status: int, kind: str | None) -> str:
    """Return what an answer of success means that is not Test Engine's."""
    form = f" ({printable(kind)})" if kind else ""
    return (
        f"{status}, but not by Test Engine{form}: a proxy or a login page may stand between; "
        "check HTTPS_PROXY and the API's URL"
    )


def _run_url(value: object, token: str) -> str | None:
    is_url = isinstance(value, str) and _URL.fullmatch(value)
    return without_secret(str(value), token) if is_url else None


def _object(data: bytes) -> dict[str, Any] | None:
    """Return an answer's JSON object, if it is one."""
    with contextlib.suppress(ValueError, RecursionError):
        answer = decoded(data.decode())
        if isinstance(answer, dict):
            return answer
    return None
