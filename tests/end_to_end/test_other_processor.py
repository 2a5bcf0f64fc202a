"""The machine code for the processor that this machine does not have, on an emulated one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .tools import uv

CASES = Path(__file__).parents[1] / "cases"

#: Prints which code a component has, and what it makes of some runs.
PROGRAM = """
import pathlib, sys
from _buildkite_test_collector.component.component import Component

component = Component()
print(component.kind)
for path in sys.argv[1:]:
    run = component.run(uploads=True, results=True)
    run.feed(pathlib.Path(path).read_text("utf-8"))
    run.finish()
    print(run.take_upload(500), run.take_results(500), run.summary())
"""


@pytest.fixture(scope="module")
def python() -> str:
    """A Python for that processor."""
    path = os.environ.get("BUILDKITE_TEST_COLLECTOR_AARCH64_PYTHON")
    if path is None:
        pytest.skip("`cargo xtask test` emulates a processor, with Debian's packages")
    return path


@pytest.fixture(scope="module")
def packages(python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and what it depends on, as they are installed there."""
    folder = tmp_path_factory.mktemp("packages")
    version = "import sys; print('%d.%d' % sys.version_info[:2])"
    said = subprocess.run([python, "-c", version], check=True, capture_output=True, text=True)
    uv(
        *("pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder)),
        *(
            "--python-platform",
            "aarch64-unknown-linux-gnu",
            "--python-version",
            said.stdout.strip(),
        ),
        *("--only-binary", ":all:", os.environ["BUILDKITE_TEST_COLLECTOR_WHEEL"]),
    )
    return folder


def test_every_case_gives_the_same(python: str, packages: Path) -> None:
    cases = [str(path) for path in sorted(CASES.glob("*/events.ndjson"))]

    def said_by(python: str, path: str) -> str:
        done = subprocess.run(
            [python, "-c", PROGRAM, *cases],
            env={"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return done.stdout

    there = said_by(python, str(packages))
    here = said_by(sys.executable, os.pathsep.join(sys.path))
    assert there.splitlines()[0] == "machine code"
    assert there == here
