"""Programs that tests run beside pytest."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def uv(*arguments: str) -> None:
    """Run uv, which makes environments and installs into them."""
    path = os.environ.get("BUILDKITE_TEST_COLLECTOR_UV") or shutil.which("uv")
    assert path, "uv is needed: run the tests by `cargo xtask test`"
    subprocess.run([path, *arguments], check=True)


def git(folder: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
    """Run git in a folder and return what it prints; where there is no git, skip the test."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("there is no git")
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=environ,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return done.stdout
