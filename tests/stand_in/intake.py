"""How Test Engine judges a request: a pure function of what was sent.

What it answers to a bad request is documented only by example (``{"message": …}``), so the choice
between 400, 404, 415 and 422 is this stand-in's. A client may tell 4xx from 5xx, and no more.
"""

from __future__ import annotations

import gzip
import json
import uuid
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .run import run_id, run_url
from .schema import JsonObject, envelope_problems, result_problems

if TYPE_CHECKING:
    from email.message import Message

UPLOADS = "/v1/uploads"

#: What may be asked to learn whether a token is accepted.
METADATA = "/v1/metadata"

ACCEPTED = 202


@dataclass(frozen=True)
class Verdict:
    """What Test Engine makes of a request."""

    status: int
    #: The answer's JSON.
    answer: JsonObject
    #: The request's body as JSON, and its size in bytes once decompressed.
    body: Any = None
    size: int = 0
    #: The results that are kept: none unless ``status`` is 202.
    kept: tuple[JsonObject, ...] = ()
    problems: tuple[str, ...] = ()


class _RefusedError(Exception):
    """The request as a whole is no upload."""

    def __init__(self, status: int, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.status = status
        self.problems = problems


@dataclass(frozen=True)
class Intake:
    """The rules of one Test Engine."""

    #: The suite's token.
    token: str
    #: Scheme and host of this server, for links to runs.
    site: str
    #: Whether each result is held against the schema, at about half a millisecond a result. The
    #: envelope always is.
    checks_results: bool = True

    def judge(self, method: str, path: str, headers: Message, payload: bytes) -> Verdict:
        """The verdict on one request; ``payload`` is the body as it travelled."""
        content, body = b"", None
        try:
            if (method, path) == ("GET", METADATA):
                self._expect_token(headers)
                return Verdict(200, {})
            _expect_upload(method, path)
            self._expect_token(headers)
            content = _decompressed(headers, payload)
            body = _parsed(headers, content)
            problems = envelope_problems(body)
            if problems:
                raise _RefusedError(422, *problems)
        except _RefusedError as refused:
            answer = {"message": str(refused)}
            return Verdict(refused.status, answer, body, len(content), problems=refused.problems)
        return self._accepted(body, len(content))

    def _accepted(self, body: JsonObject, size: int) -> Verdict:
        kept, problems = [], []
        for index, result in enumerate(body["data"]):
            found = result_problems(result, index) if self.checks_results else []
            problems += found
            if not found:
                kept.append(result)
        key = body["run_env"]["key"]
        skipped = len(body["data"]) - len(kept)
        answer = {
            "id": str(uuid.uuid4()),
            "run_id": run_id(key),
            "queued": len(kept),
            "skipped": skipped,
            # The real ones do not tell which result they mean; `problems` does.
            "errors": ["A result is not in the documented form"] * skipped,
            "run_url": run_url(self.site, key),
        }
        return Verdict(ACCEPTED, answer, body, size, tuple(kept), tuple(problems))

    def _expect_token(self, headers: Message) -> None:
        if headers.get("Authorization") != f'Token token="{self.token}"':
            raise _RefusedError(401, "A test suite could not be found with the supplied API token")


def _expect_upload(method: str, path: str) -> None:
    if path != UPLOADS:
        raise _RefusedError(404, f"There is nothing at {path}, uploads go to {UPLOADS}")
    if method != "POST":
        raise _RefusedError(405, f"Uploads are a POST, this is a {method}")


def _decompressed(headers: Message, payload: bytes) -> bytes:
    encoding = headers.get("Content-Encoding", "identity")
    if encoding == "identity":
        return payload
    if encoding != "gzip":
        raise _RefusedError(415, f"The Content-Encoding {encoding} is not known")
    try:
        return gzip.decompress(payload)
    except (OSError, EOFError, zlib.error) as error:
        raise _RefusedError(400, f"The body is not gzip: {error}") from error


def _parsed(headers: Message, content: bytes) -> Any:
    content_type = headers.get_content_type()
    if content_type != "application/json":
        raise _RefusedError(415, f"The Content-Type {content_type} is not application/json")
    try:
        body = json.loads(content.decode("utf-8"), parse_constant=_not_json, parse_float=_finite)
        if b"\\ud" in content.lower():
            # A lone surrogate is a legal escape, but no text that a database can keep.
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise _RefusedError(400, f"The body is not JSON: {error}") from error
    return body


def _not_json(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{digits} is beyond what a float holds")
    return number
