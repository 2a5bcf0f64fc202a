"""Brings what lies outside this folder into the package: hatchling's two hooks.

In a checkout they run cargo, and copy the licence. In an sdist, which holds all of it, they do
nothing.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

TARGET = "wasm32-wasip2"

PACKAGE = "src/_buildkite_test_collector"

#: What is not in the sources: the component, and the list of the variables that it wants to see.
BUILT = ("component/collector.wasm", "surroundings/variables.txt")

#: The component as bytecode, and the wasmtime that it is for; others do without it.
BYTECODE = "component/collector.cwasm"
WASMTIME = "wasmtime==50.*"

#: The crates that go into the component, with their licences; it lies beside the package.
INVENTORY = "collector.cdx.json"

#: What of the environment would change the component's bytes.
MEDDLERS = ("CARGO_BUILD_RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "RUSTFLAGS")

NO_CARGO = """\
buildkite-test-collector: cargo was not found, and without it the component cannot be built.
Install Rust from https://rustup.rs, then: rustup target add {target}
(A wheel, or an sdist from PyPI, holds the built component and needs no Rust.)"""

CARGO_FAILED = """\
buildkite-test-collector: cargo could not build the component; what it said is above.
If the target is missing: rustup target add {target}"""


class MetadataHook(MetadataHookInterface):
    """Puts the licence where hatchling looks for it, before it looks: a build hook is too late."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Copy the licence, and leave the metadata to hatchling."""
        del metadata
        workspace = workspace_of(self.root)
        if workspace is not None:
            bring(workspace / "LICENSE", Path(self.root) / "LICENSE")


class BuildHook(BuildHookInterface[Any]):
    """Puts `collector.wasm` into the package before hatchling packs it."""

    def dependencies(self) -> list[str]:
        """Return what turns the component into bytecode; an sdist has that already."""
        return [WASMTIME] if workspace_of(self.root) is not None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the component where its sources are, and have it packed."""
        del version
        package = Path(self.root) / PACKAGE
        workspace = workspace_of(self.root)
        if workspace is not None:
            bring(build(workspace), package / BUILT[0])
            translate(package)
            bring(workspace / "wit" / "variables.txt", package / BUILT[1])
            bring(workspace / "guest" / INVENTORY, Path(self.root) / INVENTORY)
        for name in BUILT:
            if not (package / name).is_file():
                raise SystemExit(
                    f"buildkite-test-collector: this sdist is broken: it has no {name}"
                )
        # Built files are not under version control, which hatchling would take for "leave out".
        built = [f"{PACKAGE}/{name}" for name in (*BUILT, BYTECODE)]
        build_data["artifacts"] += [INVENTORY, *built]
        # Older versions, all that there are for Python 3.9, know nothing of it.
        if "sbom_files" in build_data:
            build_data["sbom_files"].append(INVENTORY)


def workspace_of(root: str) -> Path | None:
    """Return the checkout that this folder is in; none for an sdist, wherever it was unpacked."""
    workspace = Path(root).parent
    return workspace if (workspace / "guest" / "Cargo.toml").is_file() else None


def bring(source: Path, target: Path) -> None:
    """Copy a file unless it is there already: another build may be reading it."""
    if not (target.is_file() and filecmp.cmp(source, target, shallow=False)):
        shutil.copyfile(source, target)


def translate(package: Path) -> None:
    """Turn the component in a package into bytecode, by what the package itself does.

    Where wasmtime does not run, the package goes without, and compiles the component at each start.
    """
    code = (
        "import pathlib, sys; sys.path.insert(0, sys.argv[1]); "
        "from _buildkite_test_collector.component.code import PACKAGED, bytecode; "
        "pathlib.Path(sys.argv[2]).write_bytes(bytecode(PACKAGED))"
    )
    fresh = package / f"{BYTECODE}.new"
    command = [sys.executable, "-c", code, str(package.parent), str(fresh)]
    if subprocess.run(command, check=False).returncode == 0:  # noqa: S603
        bring(fresh, package / BYTECODE)
        fresh.unlink()


def build(workspace: Path) -> Path:
    """Build the component with cargo and return its path."""
    cargo = shutil.which("cargo")
    if cargo is None:
        raise SystemExit(NO_CARGO.format(target=TARGET))
    target = workspace / (os.environ.get("CARGO_TARGET_DIR") or "target")
    # Panics name the source files of dependencies. Without cargo's home in them, the component is
    # the same on every machine, and says nothing of this one; `xtask/src/component.rs` has it, too.
    # Those of the standard library are on this machine where the toolchain has `rust-src`.
    home = os.environ.get("CARGO_HOME") or os.path.expanduser("~/.cargo")
    sysroot, commit = toolchain(workspace)
    prefixes = {home: "cargo", f"{sysroot}/lib/rustlib/src/rust": f"/rustc/{commit}"}
    # In TOML's literal strings, which leave Windows its backslashes.
    flags = ",".join(f"'--remap-path-prefix={path}={name}'" for path, name in prefixes.items())
    remapped = f"target.{TARGET}.rustflags=[{flags}]"
    # `--package` keeps to the component whatever the current directory is.
    command = [cargo, "build", "--locked", "--release", "--target", TARGET]
    command += ["--package", "collector"]
    command += ["--target-dir", str(target), "--config", remapped]
    environ = {name: value for name, value in os.environ.items() if name not in MEDDLERS}
    built = subprocess.run(command, cwd=workspace, env=environ, check=False)  # noqa: S603
    if built.returncode != 0:
        raise SystemExit(CARGO_FAILED.format(target=TARGET))
    return target / TARGET / "release" / "collector.wasm"


def toolchain(workspace: Path) -> tuple[str, str]:
    """Return where the compiler of a checkout has its libraries, and the commit that it is of."""

    def ask(*question: str) -> str:
        command = [os.environ.get("RUSTC") or "rustc", *question]
        return subprocess.check_output(command, cwd=workspace, text=True)  # noqa: S603

    try:
        version = dict(line.split(": ") for line in ask("-vV").splitlines()[1:])
        return ask("--print", "sysroot").rstrip(), version["commit-hash"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        raise SystemExit(CARGO_FAILED.format(target=TARGET)) from error
