"""One request that arrived, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from email.message import Message

    from .schema import JsonObject


# Compared by identity: two requests with the same content are still two.
@dataclass(frozen=True, eq=False)
class Request:
    """A request as the stand-in saw it. It is recorded before its answer leaves."""

    #: 1 for the first request of all, in the order in which their headers arrived.
    number: int
    #: 1 for the first connection. Requests of one keep-alive connection share the number.
    connection: int
    #: ``time.monotonic()`` in seconds when the headers had arrived.
    received_at: float
    method: str
    #: The request target as it was sent: ``/v1/uploads``.
    path: str
    #: By name, in any case: ``request.headers["content-encoding"]``.
    headers: Message = field(repr=False)
    #: Bytes of the body as they travelled, compressed or not; 0 where a fault kept it from being
    #: read.
    wire_size: int
    #: Bytes of the body once decompressed.
    size: int
    #: The body as JSON; ``None`` where it is none, or was not read.
    body: Any = field(repr=False)
    #: What Test Engine would not like about it, a line each. Empty for a documented upload.
    problems: tuple[str, ...]
    #: The status that it was answered with; ``None`` where the answer never came.
    status: int | None
    #: Whether Test Engine took the upload. A fault can take one and still not answer 202.
    taken: bool
    #: The results that Test Engine keeps: those of an upload it took, without the skipped ones.
    kept: tuple[JsonObject, ...] = field(repr=False)
