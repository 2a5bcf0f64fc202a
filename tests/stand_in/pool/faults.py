"""What a host may do wrong, for the script of a `PoolHost`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True)
class Lose:
    """The request is heeded, and its answer is lost."""


@dataclass(frozen=True)
class Say:
    """The request is not heeded, and answered with this."""

    status: int
    body: bytes = b"{}"


@dataclass(frozen=True)
class Late:
    """The answer comes after some seconds."""

    seconds: float


@dataclass(frozen=True)
class Never:
    """No answer comes, and the connection stays open."""


#: One of them.
Fault = Union[Lose, Say, Late, Never]
