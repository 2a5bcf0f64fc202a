"""Sends bodies to Test Engine."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import UploadError
from ..net.connections import Connections
from ..net.url import Url
from ..settings import Settings
from .answer import Answer, describe_refusal, describe_stranger, read_answer
from .sender import CONNECTIONS, Body, Sender, Success

#: The characters that a token may have: those of a header.
TOKEN = re.compile("[!-~]+")


def authorization(token: str) -> str:
    """Return the header by which Test Engine knows whose results these are."""
    return f'Token token="{token}"'


class Uploader(Sender):
    """Sends bodies to Test Engine."""

    def __init__(self, settings: Settings, note: Callable[[str], None]) -> None:
        """Prepare to send.

        Args:
            settings: Where to, and the token.
            note: Is told what goes well, too, a line a request.

        Raises:
            UploadError: nothing can be sent at all.
        """
        if not TOKEN.fullmatch(settings.token):
            raise UploadError(
                "the token has a character that no token has; check BUILDKITE_ANALYTICS_TOKEN"
            )
        if not settings.api_url:
            raise UploadError("it is not known where to")
        try:
            url = Url.parse(settings.upload_url)
        except ValueError:
            raise UploadError("the API's URL cannot be read") from None
        self._token = settings.token
        connections = Connections(url, CONNECTIONS, allow_http=settings.allow_http)
        super().__init__(url, connections, note)

    def headers(self) -> dict[str, str]:
        """Say whose results these are."""
        return {
            "Authorization": authorization(self._token),
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }

    def describe(self, status: int, reason: str | None, said: bytes) -> str:
        """Return what a refusal means."""
        return describe_refusal(self._token, status, reason, said)

    def read(self, success: Success, body: Body) -> Answer:
        """Return what of the results was kept."""
        answer = read_answer(
            success.said, body.results, self._token, is_repeated=success.is_repeated
        )
        if answer is None and (success.is_whole or "json" not in (success.kind or "")):
            raise UploadError(describe_stranger(success.status, success.kind))
        # What breaks in the midst of Test Engine's answer must not have the body sent again.
        return answer or Answer(is_repeated=success.is_repeated)
