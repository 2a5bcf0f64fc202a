"""When a body is sent again: what may pass, and only in the time that there is."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from io import BytesIO
from threading import Event
from typing import TYPE_CHECKING, Any

from ..deadline import now
from .trouble import describe_error

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, Retry
else:
    # Imported when it is needed alone.
    BaseHTTPResponse = Retry = Any

#: How often a body is sent again.
RETRIES = 5

#: How long to wait before a body is sent again, in seconds: at first, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0

#: How often it is looked whether there is less time than there was, in seconds.
STEP = 0.25

#: Answers after which the same body may be accepted, as bktec has them, too.
PASSING = frozenset((408, 409, 429, *range(500, 600)))


class Window:
    """The time in which bodies may be sent."""

    def __init__(self, deadline: Callable[[], float]) -> None:
        """Last until a deadline, in seconds on the clock of `now`, which may move."""
        #: What kept the last try from being accepted.
        self.trouble = ""
        self._deadline = deadline
        self._closed = Event()

    def left(self) -> float:
        """Return how many seconds there are left; zero where there are none."""
        return 0.0 if self._closed.is_set() else max(0.0, self._deadline() - now())

    def wait(self, seconds: float) -> None:
        """Let time pass, but no longer than there is."""
        until = now() + seconds
        # In steps, since the deadline may be brought forward.
        while (left := min(until - now(), self.left())) > 0:
            if self._closed.wait(min(left, STEP)):
                return

    def close(self) -> None:
        """End it now."""
        self._closed.set()


class Tries:
    """The tries to send one body."""

    def __init__(
        self,
        data: bytes,
        window: Window,
        describe: Callable[[int, str | None, bytes], str],
        passing: frozenset[int] = PASSING,
    ) -> None:
        """Begin with none.

        Args:
            data: The body.
            window: The time for it.
            describe: Says in words what an answer that is no success means.
            passing: Answers after which the same body may be accepted.
        """
        #: The body, which knows how much of it was sent.
        self.stream = BytesIO(data)
        #: How many there were.
        self.count = 1
        #: Whether one may have arrived of which nobody knows.
        self.is_unknown = False
        self.window = window
        self.describe = describe
        self.passing = passing
        self._size = len(data)

    def broke(self, error: Exception) -> None:
        """Note that one had no answer: if all of it was sent, it may have arrived."""
        self.window.trouble = describe_error(error)
        self.is_unknown |= self.stream.tell() >= self._size

    def retry(self) -> Retry:
        """Return when to send again: after a pause, which the server may ask for."""
        policy: Retry = _policy()(
            self,
            total=RETRIES,
            status_forcelist=self.passing,
            allowed_methods=None,
            raise_on_status=False,
            respect_retry_after_header=True,
        )
        return policy


def _policy() -> Any:
    """Return urllib3's policy for another try, made ours; urllib3 is not imported before."""
    from urllib3.exceptions import InvalidHeader, MaxRetryError, SSLError
    from urllib3.util import Retry

    class RetryInTime(Retry):
        def __init__(self, tries: Tries, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.tries = tries

        def new(self, **kwargs: Any) -> RetryInTime:
            return super().new(tries=self.tries, **kwargs)

        def increment(
            self,
            method: str | None = None,
            url: str | None = None,
            response: BaseHTTPResponse | None = None,
            error: Exception | None = None,
            *args: Any,
            **kwargs: Any,
        ) -> RetryInTime:
            if error is not None:
                self.tries.broke(error)
            elif response is not None:
                status, reason = response.status, response.reason
                self.tries.window.trouble = self.tries.describe(status, reason, b"")
            retry = super().increment(method, url, response, error, *args, **kwargs)
            asked = None if response is None else self.get_retry_after(response)
            if self.tries.window.left() <= (asked or 0.0) or isinstance(error, SSLError):
                raise MaxRetryError(kwargs.get("_pool"), url or "", error)  # type: ignore[arg-type]
            self.tries.count += 1
            return retry

        def sleep(self, response: BaseHTTPResponse | None = None) -> None:
            asked = None if response is None else self.get_retry_after(response)
            self.tries.window.wait(self.get_backoff_time() if asked is None else asked)

        def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
            with contextlib.suppress(InvalidHeader):
                asked = super().get_retry_after(response)
                if asked is not None:
                    return asked
            with contextlib.suppress(ValueError):
                return float(response.headers.get("RateLimit-Reset", ""))
            return None

        def get_backoff_time(self) -> float:
            pause: float = FIRST_PAUSE * 2 ** max(0, len(self.history) - 1)
            return min(LONGEST_PAUSE, pause) * random.uniform(0.5, 1.0)  # noqa: S311

    return RetryInTime
