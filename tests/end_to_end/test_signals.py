"""Signals that end a run, or its whole group of processes: the courier is not in that."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .aftermath import Aftermath
from .project import needs_courier

if TYPE_CHECKING:
    from .project import Project

pytestmark = [
    needs_courier,
    pytest.mark.skipif(sys.platform != "linux", reason="the courier is Linux's here"),
]

TWO = {"test_before", "test_slow"}


def check(project: Project, result: str, reason: str = "") -> None:
    """All has arrived, and nothing is left."""
    project.wait_for_couriers()
    Aftermath(project.engine, project.path, project.output.read_text()).check(TWO)
    before, slow = project.engine.executions
    assert (before["name"], before["result"]) == ("test_before", "passed")
    assert (slow["name"], slow["result"]) == ("test_slow", result), slow["failure_reason"]
    assert reason in slow["failure_reason"]
    assert not list(project.path.rglob("*.ndjson"))


@pytest.mark.parametrize("name", ["SIGHUP", "SIGQUIT", "SIGABRT", "SIGSEGV", "SIGXCPU", "SIGUSR1"])
def test_a_signal_ends_pytest(project: Project, name: str) -> None:
    """A terminal that is closed, a limit, a bug: the test that ran is known by name."""
    with project.slow("-p", "no:faulthandler") as process:
        process.send_signal(signal.Signals[name])
        # How it has ended can be asked for as long as nobody has waited for it, and later on new
        # systems alone.
        check(project, "failed", f"The process was ended by {name} while this test ran.")
        assert process.wait(60) == -signal.Signals[name]


def test_a_cancel(project: Project) -> None:
    """A CI system sends SIGTERM to the group, and SIGKILL to what is left of it."""
    with project.slow() as process:
        os.killpg(process.pid, signal.SIGTERM)
        os.killpg(process.pid, signal.SIGKILL)
        project.wait_for_couriers()
        assert process.wait(60) in (-signal.SIGTERM, -signal.SIGKILL)
    Aftermath(project.engine, project.path, "").check(TWO)
    assert len(project.engine.executions) == 2


def test_a_cancel_of_workers(project: Project) -> None:
    project.use("xdist")
    with project.slow("-n", "2") as process:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
    project.wait_for_couriers()
    Aftermath(project.engine, project.path, "").check(TWO)
    assert len(project.engine.executions) == 2


def test_timeout(project: Project) -> None:
    """Its time is over when it gets SIGALRM; it sends SIGTERM to pytest and to its group."""
    timeout = shutil.which("timeout")
    if timeout is None:
        pytest.skip("there is no timeout")
    with project.slow(prefix=[timeout, "600"]) as process:
        process.send_signal(signal.SIGALRM)
        assert process.wait(60) == 124
    check(project, "unknown")


@pytest.mark.parametrize("courier", ["true", "false"])
def test_sigint_ignored(project: Project, courier: str) -> None:
    """As by `nohup pytest &`: the run is as any other, and its end waits for what it has sent."""
    project.environment["BUILDKITE_ANALYTICS_COURIER"] = courier
    project.write({"test_it.py": "import os, signal\ndef test_it(): os.kill(os.getpid(), 2)\n"})
    done = subprocess.run(
        ["sh", "-c", f"trap '' INT; exec {sys.executable} -m pytest"],
        cwd=project.path,
        env=project.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 result uploaded" in done.stdout


def test_our_own_tests_where_sigint_is_ignored() -> None:
    """They hung, or failed: what they start did not heed the signal that they send."""
    test = "end_to_end/test_interruptions.py::test_a_real_signal"
    command = f"{sys.executable} -m pytest -c pytest.ini -p no:cacheprovider -q {test}"
    done = subprocess.run(
        ["sh", "-c", f"trap '' INT; exec {command}"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
