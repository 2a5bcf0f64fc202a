"""What the commands of a developer say when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from _buildkite_test_collector.version import __version__

from .tools import git

CHECKOUT = Path(__file__).parents[2]


def xtask(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of a developer."""
    return subprocess.run(
        ["cargo", "xtask", *arguments],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [("release", "2.1"), ("release", "v2.1.0"), ("release", "99.0.0"), ("release", "--force")],
)
def test_what_cannot_be_released_changes_nothing(arguments: tuple[str, ...]) -> None:
    before = git(CHECKOUT, "status", "--porcelain")
    done = xtask(*arguments)

    assert done.returncode != 0
    assert "xtask: " in done.stderr
    assert git(CHECKOUT, "status", "--porcelain") == before


def test_the_version_is_the_one_of_the_plugin() -> None:
    assert xtask("version").stdout.strip() == __version__


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for cargo is a script")
def test_a_check_that_fails_says_what_to_run_next(tmp_path: Path) -> None:
    cargo = tmp_path / "cargo"
    cargo.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    cargo.chmod(0o755)
    # Built by the real cargo, and then told of that one.
    assert xtask("version").returncode == 0
    target = CHECKOUT / os.environ.get("CARGO_TARGET_DIR", "target")
    done = subprocess.run(
        [target / "debug" / "xtask", "test"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CARGO": str(cargo)},
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Next: cargo fmt --all"
