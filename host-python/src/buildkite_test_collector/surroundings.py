"""The event that begins a run: who runs it, and where."""

from __future__ import annotations

import json
import os
import platform
import time
import uuid
from pathlib import Path

from . import __version__
from .text import scrubbed

#: The format of the events that this version writes.
FORMAT = 1

#: The environment variables that the component wants to see, a line each. A file, so that nobody
#: has to load the component before the first test.
VARIABLES = Path(__file__).with_name("variables.txt")


def run_started(runner: str, runner_version: str) -> str:
    """Return the `run-started` event of a run of this process, without a line break."""
    wanted = VARIABLES.read_text(encoding="utf-8").split()
    environment = {name: scrubbed(os.environ[name]) for name in wanted if name in os.environ}
    event = {
        "event": "run-started",
        "format": FORMAT,
        "id": str(uuid.uuid4()),
        "unix_time_ms": time.time_ns() // 1_000_000,
        "environment": environment,
        "collector": {"name": "python-buildkite-test-collector", "version": __version__},
        "runner": {"name": runner, "version": runner_version},
        "language": {"name": "python", "version": platform.python_version()},
    }
    return json.dumps(event, ensure_ascii=False)
