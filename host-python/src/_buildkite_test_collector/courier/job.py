"""What the courier is told at its start, by a pipe that nobody else can read."""

from __future__ import annotations

import marshal
from typing import Any

#: How many bytes a job may have: what a pipe takes at once, before anybody reads it.
JOB_LIMIT = 64 * 1024


class Job:
    """A run to deliver, and whose it is."""

    __slots__ = (
        "birth",
        "directory",
        "epoch",
        "journal",
        "origin",
        "package",
        "path",
        "patience",
        "pid",
        "prefix",
        "python",
        "settings",
        "stack",
        "version",
    )

    #: The process that owns the run, when it began, and where its stack is.
    pid: int
    birth: str
    stack: str
    #: What the process adds to the monotonic clock, which all processes share, and when the run
    #: began, in nanoseconds since the epoch.
    epoch: int
    origin: int
    #: The run's directory, and its journal.
    directory: str
    journal: str
    #: What was set, by field of `Settings`, the token included.
    settings: dict[str, Any]
    #: For how many seconds to wait before anything is done, unless the run ends.
    patience: float
    #: Where our package lies and its version, and where Python lies and its version: the courier
    #: delivers only if they are its own, too.
    package: str
    version: str
    prefix: str
    python: str
    #: The folders that our package and its dependencies are imported from.
    path: list[str]

    def __init__(self, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(self, name, value)

    def encode(self) -> bytes:
        """Return it as it goes through the pipe: in a form that is read without any import."""
        return marshal.dumps({name: getattr(self, name) for name in self.__slots__})
