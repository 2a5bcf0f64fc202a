"""A stand-in for Buildkite Test Engine, for tests and for eyes.

`TestEngine` answers uploads on 127.0.0.1 as the real one does, holds each against the documented
form (``upload.schema.json``), remembers all of them, and misbehaves on request (`faults`). `show`
draws what arrived::

    with TestEngine(script=[faults.Answer(503)]) as engine:
        ...  # whatever uploads to engine.url with engine.token
    show(engine, sys.stdout)

From a shell, in the folder above this one: ``python -m stand_in --token T``.
"""

from __future__ import annotations

from . import faults
from .request import Request
from .run import Run
from .server import TestEngine
from .show import show

__all__ = ["Request", "Run", "TestEngine", "faults", "show"]
