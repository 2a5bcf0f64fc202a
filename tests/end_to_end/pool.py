"""Runs `buildkite-pytest` in a project, against the stand-in of a pool's host."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stand_in.pool import PoolHost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .project import Project

#: What the console script does.
SCRIPT = "import sys; from buildkite_test_collector.pytest_runner import main; sys.exit(main())"

#: The variable with the socket's path.
SOCKET = "BUILDKITE_TEST_ENGINE_RUNNER_SOCKET"


@dataclass(frozen=True)
class PoolRun:
    """What a runner and its host say of a pool."""

    status: int
    output: str
    host: PoolHost

    @property
    def paths(self) -> list[str]:
        """The requests, in order."""
        return [f"{each.method} {each.path} {each.status}" for each in self.host.exchanges]

    def report(self, batch: str = "b_1") -> dict[str, str]:
        """Return what was reported of a batch: each test's result, by name."""
        return {entry["name"]: entry["result"] for entry in self.host.reports[batch]}


@contextlib.contextmanager
def hosted(batches: Sequence[Sequence[Any]], **options: Any) -> Iterator[PoolHost]:
    """Serve a pool at a path that is short enough for a socket."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PoolHost(Path(folder) / "s", batches, **options) as host,
    ):
        yield host


def run_pool(
    project: Project,
    batches: Sequence[Sequence[Any]],
    *arguments: str,
    cwd: str = ".",
    **options: Any,
) -> PoolRun:
    """Run a pool to its end."""
    with hosted(batches, **options) as host, started(project, host, *arguments, cwd=cwd) as runner:
        runner.wait(120)
    return PoolRun(runner.returncode, project.output.read_text("utf-8", "replace"), host)


@contextlib.contextmanager
def started(
    project: Project, host: PoolHost, *arguments: str, cwd: str = ".", script: str = SCRIPT
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a runner, as bktec does: without a shell, at the head of a group."""
    with project.output.open("w") as output:
        runner = subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=project.path / cwd,
            env={**project.environ(), SOCKET: str(host.path)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield runner
    finally:
        with contextlib.suppress(OSError):
            os.killpg(runner.pid, 9)
        runner.wait()
