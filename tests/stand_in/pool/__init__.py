"""A stand-in for the host of a pool, bktec's `pool exec`, for tests and for eyes.

`PoolHost` serves the protocol on a Unix socket as strictly as bktec: one outstanding batch, the
same bytes for a result or none, reports judged entry by entry, failed tests handed out again. It
remembers every exchange, and misbehaves on request (`faults`)::

    with PoolHost(path, [[file("test_cart.py")]]) as host:
        ...  # a runner with BUILDKITE_TEST_ENGINE_RUNNER_SOCKET=path
    host.verdicts, host.exchanges

From a shell, with the folder ``tests`` on ``PYTHONPATH``:
``python -m stand_in.pool FILE... -- buildkite-pytest``.
"""

from __future__ import annotations

from . import faults
from .host import Exchange, PoolHost
from .judge import Verdicts, example, file, selector

__all__ = ["Exchange", "PoolHost", "Verdicts", "example", "faults", "file", "selector"]
