"""The npm package, for tests: its tarball, and a folder in which it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAME = "buildkite-test-collector-component"

COMPONENT, CORE_MODULE = "collector.wasm", "collector.core.wasm"


def packed() -> Path:
    """Return the package, as `npm pack` makes it."""
    path = os.environ.get("BUILDKITE_TEST_COLLECTOR_NPM")
    assert path, "the npm package is needed: run the tests by `cargo xtask test`"
    return Path(path)


def install(folder: Path) -> None:
    """Install nothing but the package in a folder. It needs no other, and no network."""
    (folder / "package.json").write_text('{"private": true}', "utf-8")
    npm = shutil.which("npm")
    assert npm
    subprocess.run(
        [npm, "install", "--offline", "--no-audit", "--no-fund", str(packed())],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def node(
    folder: Path, environ: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run Node."""
    return subprocess.run(
        ["node", *arguments],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
