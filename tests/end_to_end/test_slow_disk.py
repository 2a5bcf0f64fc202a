"""A disk that takes its time: an NFS home, a throttled volume."""

from __future__ import annotations

import re

from .project import Project

#: Makes writes slow, before anything of ours is loaded, and counts them.
SLOW_DISK = """
    import os, time

    _write = os.write
    writes = []

    def slow_write(descriptor, data):
        writes.append(len(data))
        # Not for no time at all: that lets others run.
        if seconds := {seconds}:
            time.sleep(seconds)
        return _write(descriptor, data)

    os.write = slow_write

    def pytest_unconfigure():
        with open("writes.txt", "w") as file:
            print(len(writes), sum(writes), file=file)
"""

SUITE = """
    import pytest

    @pytest.mark.parametrize("n", range(300))
    def test_it(n): pass
"""


def writes(project: Project) -> int:
    """Return how many writes there were."""
    return int((project.path / "writes.txt").read_text().split()[0])


def test_lines_gather(project: Project) -> None:
    """Two writes a test, of 15 ms each: half a second of tests took ten."""
    project.write({"slow_disk.py": SLOW_DISK.format(seconds=0.015)})
    project.environment = {"PYTHONPATH": "."}
    run = project.test(SUITE, "-p", "slow_disk")

    assert run.status == 0
    assert run.counts == {"passed": 300}
    assert writes(project) < 100
    told = re.search(r"is slow \((\d+) ms a write\)", run.said[-1])
    assert told is not None, run.said
    assert int(told[1]) >= 15


def test_one_slow_write_is_an_accident(project: Project) -> None:
    """What is on disk when a test runs is what a crash leaves: only a slow disk is worth less."""
    project.write({"slow_disk.py": SLOW_DISK.format(seconds="0.05 if len(writes) == 20 else 0")})
    project.environment = {"PYTHONPATH": "."}
    run = project.test(SUITE, "-p", "slow_disk")

    assert run.counts == {"passed": 300}
    assert writes(project) > 300
    assert not any("is slow" in line for line in run.said)
