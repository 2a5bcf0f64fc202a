"""The event that begins a run: who runs it, where, and what the user says of that."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..settings import Settings
from ..text import valid_unicode
from ..version import __version__

#: The format of the events that this version writes.
FORMAT = 1

#: What the component wants to see of a run's surroundings, a name a line: environment variables,
#: and, with a dot in them, values in files. A file of ours, so that nobody has to load the
#: component before the first test.
VARIABLES = Path(__file__).with_name("variables.txt")

#: The settings that are the component's to use, and its names for them.
SETTINGS = {
    "key": "key",
    "url": "url",
    "branch": "branch",
    "sha": "commit_sha",
    "number": "number",
    "job_id": "job_id",
    "message": "message",
    "tags": "tags",
    "environment": "environment",
    "location_prefix": "location_prefix",
    "execution_name_prefix": "execution_name_prefix",
    "execution_name_suffix": "execution_name_suffix",
    "pull_request_head": "pull_request_head",
}

#: A user and a password in a URL, as a regular expression.
CREDENTIALS = r"(?<=://)[^/@\s]*@"


def run_started(
    runner: str, runner_version: str, settings: Settings, environ: Mapping[str, str] = os.environ
) -> str:
    """Return the `run-started` event of a run of this process, without a line break."""
    wanted = VARIABLES.read_text(encoding="utf-8").split()
    environment = {name: _clean(environ[name]) for name in wanted if name in environ}
    chosen = {
        theirs: _clean(value) if isinstance(value, str) else value
        for ours, theirs in SETTINGS.items()
        if (value := getattr(settings, ours))
    }
    event: dict[str, Any] = {
        "event": "run-started",
        "format": FORMAT,
        "id": str(uuid.uuid4()),
        "unix_time_ms": time.time_ns() // 1_000_000,
        "environment": environment,
        "settings": chosen,
        "collector": {"name": "python-buildkite-test-collector", "version": __version__},
        "runner": {"name": runner, "version": runner_version},
        "language": {"name": "python", "version": sys.version.split()[0]},
    }
    if any(name in environ for name in ("GITHUB_EVENT_PATH", "TEAMCITY_BUILD_PROPERTIES_FILE")):
        from .ci_files import found

        event["found"] = {name: _clean(value) for name, value in found(wanted, environ).items()}
    if settings.git:
        from .git import known

        texts = [*environment.values(), *event.get("found", {}).values(), settings.sha]
        event["git"] = known(texts)
    return json.dumps(event, ensure_ascii=False)


def _clean(value: str) -> str:
    """Return a value as a journal may hold it: valid Unicode, and without a password in a URL."""
    return valid_unicode(re.sub(CREDENTIALS, "", value) if "://" in value else value)
