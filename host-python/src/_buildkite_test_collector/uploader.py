"""Uploads to Test Engine over HTTP, within one deadline, that nothing can hold up."""

from __future__ import annotations

import contextlib
import gzip
import re
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Callable, NamedTuple

from .answer import Answer, accepted, failed, refused
from .connections import Connections
from .errors import CollectorError, UploadError
from .tries import Tries, Window, now
from .version import __version__

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Union

    from .settings import Settings

    # Here, since `typing` would hold on to the classes, and by them to the whole run.
    Fate = Union[Answer, UploadError]  #: What became of a body.

#: How long a server may take to connect, and between two pieces of an answer, in seconds.
PATIENCE = 30.0

#: How many bodies in a row may fail before the rest is not tried.
FAILURES = 2

#: How many connections there are at most, and how many bodies may be under way by the first before
#: there is another one. Where they pile up, each further one opens a connection.
CONNECTIONS, PILE = 8, 3

#: How hard bodies are compressed: one level more takes a third longer, and gains a thousandth.
LEVEL = 5

#: How much of an answer is read, in bytes.
ANSWER = 256 * 1024

#: How often it is looked whether the deadline has been brought forward, in seconds.
GLANCE = 0.25

#: How long the end of a thread is waited for where no test follows, in seconds.
FAREWELL = 1.0

_TOKEN = re.compile("[!-~]+")


class Body(NamedTuple):
    """A request's body on its way."""

    #: Compressed.
    data: bytes
    #: The event that says that it was accepted.
    receipt: str
    #: How many results it holds.
    results: int

    @classmethod
    def of(cls, text: str, receipt: str, results: int) -> Body:
        """Compress a body."""
        return cls(gzip.compress(text.encode(), LEVEL), receipt, results)


class Uploader:
    """Sends bodies until a deadline, by threads, so that whoever waits for them is free to stop.

    After some failures in a row the rest is not tried: a server that is down costs its deadline
    once, and not once for each body.
    """

    def __init__(
        self,
        settings: Settings,
        deadline: Callable[[], float],
        note: Callable[[str], None],
        *,
        is_last: bool,
    ) -> None:
        """Send until a deadline, in seconds on the monotonic clock; it may be brought forward.

        What goes well is noted, too, a line a request. Unless it is the last time, no thread is
        left behind: a test follows, and may fork.
        """
        self._farewell = FAREWELL if is_last else None
        self._settings = settings
        self._window = Window(deadline)
        self._note = note
        self._failures = 0

    def send(self, bodies: Iterator[Body]) -> Generator[tuple[Body, Fate], None, None]:
        """Send bodies while they are made, and give each with what became of it.

        Where making them fails, what is under way is waited for first. The last time, a thread may
        be left behind that waits for a name server.

        Raises:
            UploadError: nothing can be sent at all.
        """
        if not _TOKEN.fullmatch(self._settings.token):
            raise UploadError(
                "the token has a character that no token has; check BUILDKITE_ANALYTICS_TOKEN"
            )
        connections = Connections(self._settings, CONNECTIONS)
        waiting: SimpleQueue[int | None] = SimpleQueue()
        done: SimpleQueue[tuple[int, Fate]] = SimpleQueue()
        #: What is under way or waits for it; a body is let go of when it is through.
        left: dict[int, Body] = {}
        threads: list[Thread] = []
        broken: Exception | None = None

        def work() -> None:
            while (index := waiting.get()) is not None:
                done.put((index, self._sent(connections, left[index])))

        def finished(seconds: float) -> Generator[tuple[Body, Fate], None, None]:
            with contextlib.suppress(Empty):
                while left:
                    index, fate = done.get(timeout=seconds) if seconds else done.get_nowait()
                    yield left.pop(index), fate

        try:
            try:
                for index, body in enumerate(bodies):
                    left[index] = body
                    waiting.put(index)
                    wanted = 1 + max(0, len(left) - PILE)
                    if len(threads) < min(wanted, CONNECTIONS):
                        threads.append(Thread(target=work, daemon=True))
                        threads[-1].start()
                    yield from finished(0)
            except CollectorError as error:
                broken = error
            while left and (seconds := self._window.left()):
                yield from finished(min(seconds, GLANCE))
        finally:
            self._window.close()
            connections.break_off()
            for _ in threads:
                waiting.put(None)
            for thread in threads:
                thread.join(self._farewell)
            connections.close()
        yield from finished(0)
        for body in left.values():
            yield body, self._failed("the time for uploads is over")
        if broken is not None:
            raise broken

    def _sent(self, connections: Connections, body: Body) -> Fate:
        """Send a body, and again where that may help."""
        if self._failures >= FAILURES:
            return self._failed("uploads are not taken now")
        if not self._window.left():
            return self._failed("the time for uploads is over")
        tries = Tries(body.data, self._window)
        try:
            answer = self._answer(connections, body, tries)
        except UploadError as error:
            self._failures += 1
            return error
        except Exception as error:
            # An error's text may quote a header, and with it the token.
            self._failures += 1
            if not self._window.trouble or getattr(error, "reason", None) is not None:
                self._window.trouble = failed(error)
            return self._failed("" if self._window.left() else "the time for uploads is over")
        self._failures = 0
        return answer

    def _failed(self, why: str) -> UploadError:
        parts = (self._settings.upload_url, why, self._window.trouble)
        return UploadError(": ".join(part for part in parts if part))

    def _answer(self, connections: Connections, body: Body, tries: Tries) -> Answer:
        from urllib3 import Timeout

        began, left = now(), tries.window.left()
        response = connections.request(
            self._settings.upload_url,
            body=tries.stream,
            headers={
                "Authorization": f'Token token="{self._settings.token}"',
                "Content-Type": "application/json",
                "Content-Encoding": "gzip",
                "Content-Length": str(len(body.data)),
                "User-Agent": f"buildkite-test-collector/{__version__}",
            },
            timeout=Timeout(connect=min(PATIENCE, left), read=min(PATIENCE, left)),
            retries=tries.retry(),
        )
        said = b""
        # The status alone decides: what breaks after it must not have the body sent again.
        with contextlib.suppress(Exception):
            said = response.read(ANSWER)
        response.release_conn()
        self._note(
            f"{body.results} results in {len(body.data)} bytes: "
            f"{response.status} after {now() - began:.2f} s, {tries.count} tries"
        )
        if response.status not in range(200, 300):
            self._window.trouble = refused(response.status, response.reason, said)
            raise self._failed("")
        return accepted(said, body.results, is_repeated=tries.is_unknown)
