"""Sends bodies by threads, within a time that may end at any moment."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from ..deadline import now
from ..errors import UploadError
from ..net.connections import Connections
from ..net.tries import PASSING, Tries, Window
from ..net.trouble import describe_error
from ..net.url import Url
from ..version import USER_AGENT
from .answer import Answer

if TYPE_CHECKING:
    from typing import Union

    # Here, since `typing` would hold on to the classes, and by them to the whole run.
    Fate = Union[Answer, UploadError]  #: What became of a body.
else:
    Fate = Any

#: How many bodies in a row may fail before the rest is not tried.
FAILURES = 2

#: How many connections there are at most, and how many bodies one of them may have before it before
#: there is another one.
CONNECTIONS, BODIES_PER_CONNECTION = 8, 3

#: How hard bodies are compressed: one level more takes a third longer, and gains a thousandth.
COMPRESSION_LEVEL = 5

#: How much of an answer is read, in bytes.
ANSWER_LIMIT = 256 * 1024

#: How long the end of all threads is waited for, in seconds.
JOIN_TIMEOUT = 1.0

TIME_IS_OVER, NOT_TAKEN = "the time for uploads is over", "uploads are not taken now"


class Body:
    """A request's body on its way."""

    __slots__ = ("data", "error", "is_refused", "is_under_way", "receipt", "results")

    def __init__(self, data: bytes, receipt: str, results: int) -> None:
        #: As it is sent.
        self.data = data
        #: The event that says that it was accepted.
        self.receipt = receipt
        #: How many results it holds.
        self.results = results
        #: Whether it is being sent.
        self.is_under_way = False
        #: Whether the server will not take it.
        self.is_refused = False
        #: Why it was not accepted, if it was tried.
        self.error: UploadError | None = None


class Success(NamedTuple):
    """What a server has said whose status accepts a body."""

    status: int
    #: Its `Content-Type`.
    kind: str | None
    #: What it said, up to `ANSWER_LIMIT`.
    said: bytes
    #: Whether that is all.
    is_whole: bool
    #: Whether the body may have arrived before as well.
    is_repeated: bool


class Sender(ABC):
    """Sends bodies by threads, so that whoever waits for them is free to stop.

    After some failures in a row the rest of a round is not tried: a server that is down costs its
    deadline once, and not once for each body.
    """

    #: Answers after which the same body may be accepted.
    passing = PASSING

    #: How long a server may take to connect, and between two pieces of an answer, in seconds.
    patience = 30.0

    def __init__(self, url: Url, connections: Connections, note: Callable[[str], None]) -> None:
        """Prepare to send.

        Args:
            url: Where to.
            connections: How; they are closed with the sender.
            note: Is told what goes well, too, a line a request.
        """
        self._url = url
        self._connections = connections
        self._note = note
        self._threads: list[Thread] = []
        self._queue: SimpleQueue[Body | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[Body, Fate]] = SimpleQueue()
        self._window = Window(lambda: self.until)
        self._failures = 0
        #: Until when may be sent, in seconds on the clock of `now`.
        self.until = 0.0
        #: How many bodies are on their way.
        self.under_way = 0
        #: How many tries the last body took.
        self.tries = 0

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """Return the headers of a request that say who sends it, and what the body is."""

    @abstractmethod
    def describe(self, status: int, reason: str | None, said: bytes) -> str:
        """Return what an answer means that accepts nothing, without a secret in it."""

    @abstractmethod
    def read(self, success: Success, body: Body) -> Answer:
        """Return what became of the results in a body.

        Raises:
            UploadError: it is somebody else who answers.
        """

    def forget_failures(self) -> None:
        """Begin a round of its own, whatever failed before."""
        self._failures = 0
        self._window.trouble = ""

    def send(self, body: Body) -> None:
        """Have a body sent."""
        body.is_under_way = True
        self.under_way += 1
        self._queue.put(body)
        wanted = 1 + max(0, self.under_way - BODIES_PER_CONNECTION)
        if len(self._threads) < min(wanted, CONNECTIONS):
            self._threads.append(Thread(target=self._work, daemon=True))
            try:
                self._threads[-1].start()
            except RuntimeError:
                # There is no room for another thread; without any this one does the work.
                self._threads.pop()
                if not self._threads:
                    body = self._queue.get_nowait() or body
                    self._done.put((body, self._sent(body)))

    def collect(self, seconds: float) -> Iterator[tuple[Body, Fate]]:
        """Give the bodies whose fate is known; wait some seconds for the first."""
        with contextlib.suppress(Empty):
            while self.under_way:
                body, fate = self._done.get(timeout=seconds) if seconds else self._done.get_nowait()
                self.under_way -= 1
                body.is_under_way = False
                seconds = 0.0
                yield body, fate

    def close(self) -> None:
        """Break off what is under way. A thread that waits for a name server is left behind."""
        self._window.close()
        self._connections.break_off()
        for _ in self._threads:
            self._queue.put(None)
        until = now() + JOIN_TIMEOUT
        for thread in self._threads:
            thread.join(max(0.0, until - now()))
        self._connections.close()

    def why_not(self, body: Body) -> UploadError:
        """Return why a body was not accepted, once the sender is closed."""
        if body.is_under_way:
            return self._failed(TIME_IS_OVER)
        return body.error or self._failed(NOT_TAKEN)

    def _work(self) -> None:
        while (body := self._queue.get()) is not None:
            self._done.put((body, self._sent(body)))

    def _sent(self, body: Body) -> Fate:
        """Send a body, and again where that may help."""
        if self._failures >= FAILURES:
            return self._failed(NOT_TAKEN)
        window = self._window
        if not window.left():
            return self._failed(TIME_IS_OVER)
        tries = Tries(body.data, window, self.describe, self.passing)
        try:
            answer = self._answer(body, tries)
        except UploadError as error:
            self._failures += 1
            return error
        except Exception as error:
            # An error's text may quote a header, and with it the token.
            self._failures += 1
            if not window.trouble or getattr(error, "reason", None) is not None:
                window.trouble = describe_error(error)
            return self._failed("" if window.left() else TIME_IS_OVER)
        self._failures = 0
        return answer

    def _failed(self, why: str) -> UploadError:
        parts = (str(self._url), why, self._window.trouble)
        return UploadError(": ".join(part for part in parts if part))

    def _answer(self, body: Body, tries: Tries) -> Answer:
        from urllib3 import Timeout

        began, seconds = now(), min(self.patience, tries.window.left())
        response = self._connections.post(
            body=tries.stream,
            headers={
                **self.headers(),
                "Content-Length": str(len(body.data)),
                "User-Agent": USER_AGENT,
            },
            timeout=Timeout(connect=seconds, read=seconds),
            retries=tries.retry(),
        )
        said, is_whole = b"", False
        with contextlib.suppress(Exception):
            said = response.read(ANSWER_LIMIT)
            # An older urllib3 does not say that a connection broke before the end.
            is_whole = len(said) < ANSWER_LIMIT and not response.length_remaining
        response.release_conn()
        self.tries = tries.count
        self._note(
            f"{self._url}: {body.results} results in {len(body.data)} bytes: "
            f"{response.status} after {now() - began:.2f} s, {tries.count} tries"
        )
        status, kind = response.status, response.headers.get("Content-Type")
        if status not in range(200, 300):
            body.is_refused = status not in self.passing
            self._window.trouble = self.describe(status, response.reason, said)
            raise self._failed("")
        try:
            return self.read(Success(status, kind, said, is_whole, tries.is_unknown), body)
        except UploadError as error:
            body.is_refused = True
            self._window.trouble = str(error)
            raise self._failed("") from None
