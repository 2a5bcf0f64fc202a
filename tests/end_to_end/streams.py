"""Pipes, terminals and other devices for the results of a run, and who delivers those."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .namespace import OWN_DEV, in_namespace
from .project import IS_IN_PROCESS

if TYPE_CHECKING:
    from .project import Project

#: A run that is not over before the courier is there.
WAITS = """
    import os, pathlib, time

    def test_it():
        until = time.monotonic() + 60
        while os.environ["BUILDKITE_ANALYTICS_COURIER"] == "true" and not list(
            pathlib.Path.home().rglob("courier.json")
        ):
            assert time.monotonic() < until
            time.sleep(0.02)
"""

#: Who delivers.
couriers = pytest.mark.parametrize(
    "courier", ["false"] if IS_IN_PROCESS else ["true", "false"], ids=lambda courier: courier
)


MANY = """
    import pytest
    @pytest.mark.parametrize('n', range(1000))
    def test_it(n): pass
"""


def with_own_devices(
    project: Project, *options: str, look: str = "true"
) -> subprocess.CompletedProcess[str]:
    """Run pytest, and a command after it, where nothing that it does to devices is done to others.

    Without the rights for such a place there is nothing that it could do.
    """
    command = ["sh", "-c", f"{shlex.join([sys.executable, '-m', 'pytest', *options])} && {look}"]
    if os.geteuid() == 0:
        command = in_namespace(command, OWN_DEV, "--mount")
    return project.execute(command)


def everything_shown(master: int) -> bytes:
    """Return what is written to a terminal until nobody has it open; its end is an error."""
    shown = b""
    with contextlib.suppress(OSError):
        while block := os.read(master, 4096):
            shown += block
    return shown
