"""Uploads to Test Engine over HTTP."""

from __future__ import annotations

import contextlib
import gzip
from dataclasses import dataclass
from json import loads
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import __version__
from .errors import UploadError

if TYPE_CHECKING:
    from urllib3 import PoolManager

    from .settings import Settings

#: How long a server may take to connect, and between two pieces of an answer, in seconds.
TIMEOUT = 30.0


@dataclass(frozen=True)
class Answer:
    """What Test Engine says of an upload that it has accepted."""

    #: The page of the run, if the answer names it.
    run_url: str | None
    #: Results that it passed over.
    skipped: int


class Uploader:
    """Sends bodies over one connection that is kept alive."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.upload_url
        self._pool = _pool(self._url)
        self._headers = {
            "Authorization": f'Token token="{settings.token}"',
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "User-Agent": f"buildkite-test-collector/{__version__}",
        }

    def send(self, body: bytes) -> Answer:
        """Send a compressed body.

        Raises:
            UploadError: it was not accepted.
        """
        from urllib3.exceptions import HTTPError

        try:
            response = self._pool.request("POST", self._url, body=body, headers=self._headers)
        except (HTTPError, ValueError) as error:
            raise UploadError(f"{self._url}: {type(error).__name__}") from error
        if response.status not in range(200, 300):
            said = _object(response.data).get("message") or response.reason or ""
            raise UploadError(f"{self._url}: {response.status} {said}".rstrip())
        answer = _object(response.data)
        run_url = answer.get("run_url") or answer.get("upload_url") or answer.get("url")
        skipped = answer.get("skipped")
        return Answer(
            run_url=run_url if isinstance(run_url, str) else None,
            skipped=skipped if isinstance(skipped, int) else 0,
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.clear()


def compressed(body: str) -> bytes:
    """Return a body as it goes over the wire."""
    # Level 6 gains a tenth over level 1 on results; levels above gain nothing.
    return gzip.compress(body.encode(), 6)


def _pool(url: str) -> PoolManager:
    """Return connections to a URL, through the proxy that the environment names."""
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    timeout = urllib3.Timeout(connect=TIMEOUT, read=TIMEOUT)
    retries = urllib3.Retry(
        total=3,
        backoff_factor=0.5,
        status_forcelist=(408, 409, 429, 500, 502, 503, 504),
        allowed_methods=None,
        redirect=0,
        raise_on_status=False,
    )
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, timeout=timeout, retries=retries)
    return urllib3.PoolManager(timeout=timeout, retries=retries)


def _object(data: bytes) -> dict[str, Any]:
    """Return an answer's JSON object, or an empty one: answers come in several shapes."""
    with contextlib.suppress(ValueError):
        answer = loads(data)
        if isinstance(answer, dict):
            return answer
    return {}
