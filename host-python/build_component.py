"""Builds the component into the package: a hatchling build hook.

In a checkout it runs cargo; in an sdist, which holds the built component, it does nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "wasm32-wasip2"

PACKAGE = "src/buildkite_test_collector"

#: What is not in the sources: the component, and the list of the variables that it wants to see.
BUILT = ("collector.wasm", "variables.txt")

NO_CARGO = """\
buildkite-test-collector: cargo was not found, and without it the component cannot be built.
Install Rust from https://rustup.rs, then: rustup target add {target}
(A wheel, or an sdist from PyPI, holds the built component and needs no Rust.)"""

CARGO_FAILED = """\
buildkite-test-collector: cargo could not build the component; what it said is above.
If the target is missing: rustup target add {target}"""


class BuildHook(BuildHookInterface[Any]):
    """Puts `collector.wasm` into the package before hatchling packs it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the component where its sources are, and have it packed."""
        del version
        package = Path(self.root) / PACKAGE
        workspace = Path(self.root).parent
        if (workspace / "guest" / "Cargo.toml").is_file():
            shutil.copyfile(build(workspace), package / "collector.wasm")
            shutil.copyfile(workspace / "wit" / "variables.txt", package / "variables.txt")
        for name in BUILT:
            if not (package / name).is_file():
                raise SystemExit(
                    f"buildkite-test-collector: this sdist is broken: it has no {name}"
                )
        # Built files are not under version control, which hatchling would take for "leave out".
        build_data["artifacts"] += [f"{PACKAGE}/{name}" for name in BUILT]


def build(workspace: Path) -> Path:
    """Build the component with cargo and return its path."""
    cargo = shutil.which("cargo")
    if cargo is None:
        raise SystemExit(NO_CARGO.format(target=TARGET))
    # `--package` keeps to the component whatever the current directory is.
    command = [cargo, "build", "--release", "--target", TARGET, "--package", "collector"]
    if subprocess.run(command, cwd=workspace, check=False).returncode != 0:  # noqa: S603
        raise SystemExit(CARGO_FAILED.format(target=TARGET))
    target = Path(os.environ.get("CARGO_TARGET_DIR") or "target")
    return workspace / target / TARGET / "release" / "collector.wasm"
