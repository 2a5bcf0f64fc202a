"""Uploads to Test Engine over HTTP."""

from __future__ import annotations

import contextlib
import gzip
import random
from dataclasses import dataclass
from json import loads
from typing import TYPE_CHECKING, Any

from . import __version__
from .clock import Clock
from .errors import UploadError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager, Retry

    from .settings import Settings

#: How long a server may take to connect, and between two pieces of an answer, in seconds.
PATIENCE = 30.0

#: How often a body is sent again.
RETRIES = 5

#: How many bodies in a row may fail before the rest is not tried.
FAILURES = 2

#: How long to wait before a body is sent again, in seconds: at first, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0

#: Answers after which the same body may be accepted, as bktec has them, too.
PASSING = frozenset((408, 409, 429, *range(500, 600)))

#: What a person can do about an answer that stays as it is.
ADVICE = {
    401: "the token was not accepted; check BUILDKITE_ANALYTICS_TOKEN",
    403: "the upload is not allowed, or the organization has reached the limits of its plan",
    404: "there is no such place, or no such suite; check the API's URL and the token",
    413: "the upload is too large for the server; make BUILDKITE_ANALYTICS_UPLOAD_BATCH_SIZE less",
    422: "the upload was not understood",
}


@dataclass(frozen=True)
class Answer:
    """What Test Engine says of an upload that it has accepted."""

    #: The page of the run, if the answer names it.
    run_url: str | None
    #: Results that it passed over.
    skipped: int


class Uploader:
    """Sends bodies over one connection that is kept alive, within one deadline for all of them.

    After some failures in a row the rest is not tried: a server that is down costs its deadline
    once, and not once for each body.
    """

    def __init__(self, settings: Settings) -> None:
        self._url = settings.upload_url
        self._deadline = _now() + settings.upload_timeout
        self._failures = 0
        self._pool = _pool(self._url)
        self._headers = {
            "Authorization": f'Token token="{settings.token}"',
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "User-Agent": f"buildkite-test-collector/{__version__}",
        }

    def send(self, body: bytes) -> Answer:
        """Send a compressed body, and again where that may help.

        Raises:
            UploadError: it was not accepted, or not tried any more.
        """
        if self._failures >= FAILURES:
            raise UploadError(f"{self._url} does not take uploads now")
        try:
            answer = self._send(body)
        except UploadError:
            self._failures += 1
            raise
        self._failures = 0
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._pool.clear()

    def _send(self, body: bytes) -> Answer:
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError

        left = self._deadline - _now()
        if left <= 0:
            raise UploadError(f"{self._url}: the time for uploads is over")
        try:
            response = self._pool.request(
                "POST",
                self._url,
                body=body,
                headers=self._headers,
                timeout=Timeout(connect=min(PATIENCE, left), read=min(PATIENCE, left)),
                retries=_retry(self._deadline),
            )
        except (HTTPError, ValueError, UnicodeError) as error:
            # Its text may quote a header, and with it the token.
            reason = getattr(error, "reason", None) or error
            raise UploadError(f"{self._url}: {type(reason).__name__}") from None
        said = _object(response.data)
        if response.status not in range(200, 300):
            raise UploadError(f"{self._url}: {_refusal(response, said)}")
        run_url = said.get("run_url") or said.get("upload_url") or said.get("url")
        skipped = said.get("skipped")
        return Answer(
            run_url=run_url if isinstance(run_url, str) else None,
            skipped=skipped if isinstance(skipped, int) else 0,
        )


def compressed(body: str) -> bytes:
    """Return a body as it goes over the wire."""
    return gzip.compress(body.encode(), 6)


def _now() -> float:
    """Return seconds on a clock that only goes forward."""
    return Clock.monotonic() / 1e9


def _retry(deadline: float) -> Retry:
    """Return when to send again: what may pass, after a pause, and not past the deadline."""
    from urllib3.exceptions import MaxRetryError
    from urllib3.util import Retry as AnyRetry

    class RetryUntil(AnyRetry):
        """Sends again as long as there is time, after the pause that the server asks for."""

        def increment(self, method: Any = None, url: Any = None, *args: Any, **kw: Any) -> Any:
            retry = super().increment(method, url, *args, **kw)
            if _now() >= deadline:
                raise MaxRetryError(kw.get("_pool"), url or "", kw.get("error"))  # type: ignore[arg-type]
            return retry

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            asked = super().get_retry_after(response)
            if asked is None:
                with contextlib.suppress(ValueError):
                    asked = float(response.headers.get("RateLimit-Reset", ""))
            return None if asked is None else self._in_time(asked)

        def get_backoff_time(self) -> float:
            count = len(self.history)
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, count - 1))
            return self._in_time(pause * random.uniform(0.5, 1.0))  # noqa: S311

        def _in_time(self, pause: float) -> float:
            return max(0.0, min(pause, deadline - _now()))

    return RetryUntil(
        total=RETRIES,
        status_forcelist=PASSING,
        allowed_methods=None,
        redirect=0,
        raise_on_redirect=False,
        raise_on_status=False,
        respect_retry_after_header=True,
    )


def _pool(url: str) -> PoolManager:
    """Return connections to a URL, through the proxy that the environment names."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy)
    return urllib3.PoolManager()


def _refusal(response: BaseHTTPResponse, said: dict[str, Any]) -> str:
    """Return what a server's refusal means, in a sentence."""
    message = said.get("message")
    parts = [str(response.status), ADVICE.get(response.status, response.reason or "")]
    if isinstance(message, str) and message:
        parts.append(f"({message[:200]})")
    return " ".join(part for part in parts if part)


def _object(data: bytes) -> dict[str, Any]:
    """Return an answer's JSON object, or an empty one: answers come in several shapes."""
    with contextlib.suppress(ValueError, RecursionError):
        answer = loads(data)
        if isinstance(answer, dict):
            return answer
    return {}
