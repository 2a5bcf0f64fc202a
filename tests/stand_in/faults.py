"""What can go wrong between a collector and Test Engine, one request at a time.

Each is a step of ``TestEngine(script=[…])`` and happens to the request of that place::

    TestEngine(script=[Answer(503), Reset(), None])  # the third is answered as usual

A step of your own is any function of an `Exchange`. Most steps have a ``taken``: a server can keep
an upload and fail to say so, which is how a careless retry doubles results.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Literal, Optional

from .exchange import Exchange, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What happens to one request; ``None`` stands for nothing out of the ordinary.
Step = Optional[Callable[[Exchange], None]]


def as_usual(exchange: Exchange) -> None:
    """The request is answered as Test Engine does."""
    exchange.answer(exchange.usual(), taken=True)


@dataclass(frozen=True)
class Answer:
    """Another answer than the usual one: an error, or something odd beside a good status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Bytes or a text to send as they are, or anything else to send as JSON.
    body: Any = b""
    taken: bool = False

    def __call__(self, exchange: Exchange) -> None:
        """Answers with this."""
        exchange.answer(Response(self.status, self.headers, _encoded(self.body)), taken=self.taken)


@dataclass(frozen=True)
class Redirect:
    """The answer is to be had elsewhere. A token must not follow to another host."""

    to: str
    status: int = 307

    def __call__(self, exchange: Exchange) -> None:
        """Points elsewhere."""
        Answer(self.status, {"Location": self.to})(exchange)


@dataclass(frozen=True)
class Reset:
    """The connection breaks (RST), before or after the body was read."""

    when: Literal["before-body", "after-body"] = "after-body"
    taken: bool = False

    def __post_init__(self) -> None:
        _expect(self.when, "before-body", "after-body")
        if self.taken and self.when == "before-body":
            raise ValueError("an upload that was not read cannot be taken")

    def __call__(self, exchange: Exchange) -> None:
        """Breaks the connection."""
        if self.when == "after-body":
            exchange.receive()
        exchange.record(None, taken=self.taken)
        exchange.reset()


@dataclass(frozen=True)
class Hang:
    """The server reads the request and falls silent, then closes the connection in order.

    After the headers, the client knows the status and waits for a body that never comes.
    """

    seconds: float
    when: Literal["before-headers", "after-headers"] = "before-headers"
    taken: bool = False

    def __post_init__(self) -> None:
        _expect(self.when, "before-headers", "after-headers")

    def __call__(self, exchange: Exchange) -> None:
        """Falls silent."""
        usual = exchange.usual()
        exchange.close()
        if self.when == "after-headers":
            exchange.record(usual.status, taken=self.taken)
            exchange.write(usual.head)
        else:
            exchange.record(None, taken=self.taken)
        exchange.pause(self.seconds)


@dataclass(frozen=True)
class Drip:
    """The usual answer, so slowly that no single read times out: only a total deadline helps."""

    bytes_per_second: float

    def __call__(self, exchange: Exchange) -> None:
        """Answers byte by byte."""
        usual = exchange.usual()
        exchange.record(usual.status, taken=True)
        for byte in usual.head + usual.body:
            exchange.write(bytes([byte]))
            exchange.pause(1 / self.bytes_per_second)


@dataclass(frozen=True)
class Delay:
    """The server thinks first. What it then does, it does even if the client has left."""

    seconds: float
    then: Step = None

    def __call__(self, exchange: Exchange) -> None:
        """Waits, then goes on."""
        exchange.receive()
        exchange.pause(self.seconds)
        (self.then or as_usual)(exchange)


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def _expect(given: str, *possible: str) -> None:
    """A misspelt moment would silently be the other one."""
    if given not in possible:
        raise ValueError(f"{given!r} is none of {', '.join(possible)}")
