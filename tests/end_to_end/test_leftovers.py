"""Many runs, one after the other: each result arrives once, and nothing is left of any."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .project import needs_courier

if TYPE_CHECKING:
    from .project import Project

pytestmark = [
    needs_courier,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc"),
]

#: How many runs there are. Two hundred take four minutes, so that there are fewer by default, which
#: find what the others do but for what happens in one of a hundred.
RUNS = int(os.environ.get("BUILDKITE_TEST_COLLECTOR_RUNS", "24"))

#: A test that takes some hundredths of a second, so that runs end while the courier is just about
#: to begin, to load what it needs, or to follow.
SUITE = """
    import os, time, pytest

    @pytest.mark.parametrize("n", [int(os.environ["NUMBER"])])
    def test_it(n):
        time.sleep(n * 7 % 50 / 100)
        if n % 4 == 1: assert False
        if n % 4 == 2: raise KeyboardInterrupt
        if n % 8 == 3: os._exit(7)
"""


@pytest.fixture
def project(project: Project) -> Project:
    """A project whose directory for temporary files is its own."""
    (project.path / "tmp").mkdir()
    project.environment["TMPDIR"] = str(project.path / "tmp")
    return project


def left_by(project: Project) -> list[str]:
    """Return the live processes that are of a project."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            environ = (folder / "environ").read_bytes().split(b"\0")
            if f"HOME={project.path}".encode() in environ:
                found.append((folder / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_many_runs(project: Project) -> None:
    project.write({"test_it.py": SUITE})
    files = sorted(project.path.rglob("*"))
    statuses: Counter[int] = Counter()
    pids = []
    for number in range(RUNS):
        environ = {**project.environ(), "NUMBER": str(number)}
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            cwd=project.path,
            env=environ,
            stdout=subprocess.DEVNULL,
        )
        pids.append(process.pid)
        statuses[process.wait(60)] += 1
    project.wait_for_couriers()

    crashes = len([number for number in range(RUNS) if number % 8 == 3])
    assert statuses[7] == crashes
    assert set(statuses) == {0, 1, 2, 7}
    arrived = Counter(result["name"] for result in project.engine.executions)
    assert arrived == Counter(f"test_it[{number}]" for number in range(RUNS))
    assert left_by(project) == []
    made = [path for path in sorted(project.path.rglob("*")) if path not in files]
    # The folders of the user's state are not ours alone.
    assert [str(path.relative_to(project.path)) for path in made] == [".local", ".local/state"]
    marks = Path(f"/tmp/buildkite-test-collector-{os.getuid()}/running")  # noqa: S108
    assert not [pid for pid in pids if (marks / str(pid)).exists()]


def test_a_nested_run(project: Project) -> None:
    """It may have a courier of its own, which none of the outer run's tests meets."""
    run = project.test(
        """
        import os, pytest, subprocess, sys

        def test_outer():
            with open("test_inner.py", "w") as file:
                file.write("import time\\ndef test_inner(): time.sleep(0.5)\\n")
            command = [sys.executable, "-m", "pytest", "test_inner.py", "--buildkite-nested"]
            assert subprocess.run(command).returncode == 0
            with pytest.raises(ChildProcessError):
                os.wait()
        """,
        watched=False,
    )
    project.wait_for_couriers()

    assert run.status == 0, run.stdout
    assert {result["name"] for result in project.engine.executions} == {"test_outer", "test_inner"}
    assert len(project.engine.runs) == 2
    assert left_by(project) == []
    assert not list(project.path.rglob("run.json"))


def test_a_nested_run_after_a_crash(project: Project) -> None:
    """What a dead process has left as its mark is no sign of an outer run."""
    with project.slow() as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    project.wait_for_couriers()
    mark = Path(f"/tmp/buildkite-test-collector-{os.getuid()}/running/{process.pid}")  # noqa: S108
    assert not mark.exists()
