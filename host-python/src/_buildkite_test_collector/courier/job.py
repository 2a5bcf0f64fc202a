"""What the courier is told at its start, by a pipe that nobody else can read."""

from __future__ import annotations

from typing import Any

from ..text import json_bytes, of_json_bytes

#: How many bytes a job may have: what a pipe takes at once, before anybody reads it.
JOB_LIMIT = 64 * 1024


class Job:
    """A run to deliver, and whose it is."""

    __slots__ = (
        "birth",
        "directory",
        "is_patient",
        "journal",
        "origin",
        "package",
        "path",
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
    #: When the run began, in nanoseconds since the epoch.
    origin: int
    #: The run's directory, and its journal.
    directory: str
    journal: str
    #: What was set, by field of `Settings`, the token included.
    settings: dict[str, Any]
    #: Whether there is one processor alone, and the tests need it.
    is_patient: bool
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
        """Return it as it goes through the pipe."""
        return json_bytes({name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def decode(cls, data: bytes) -> Job:
        """Read it; raises `ValueError` where it is none."""
        fields = of_json_bytes(data)
        if not isinstance(fields, dict) or set(fields) != set(cls.__slots__):
            raise ValueError("this is no job")
        return cls(**fields)
