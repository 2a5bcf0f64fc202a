"""Brings what lies outside this folder into the package: hatchling's two hooks.

In a checkout they run cargo, and copy the licence. In an sdist, which holds all of it, they do
nothing.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

TARGET = "wasm32-wasip2"

PACKAGE = "src/_buildkite_test_collector"

#: What is not in the sources: the component, and the list of the variables that it wants to see.
BUILT = ("component/collector.wasm", "surroundings/variables.txt")

#: The report page, which `cargo xtask page` makes, with Node: an installation from a checkout goes
#: without where nobody has made one.
PAGE = "delivery/page.html"

#: The component as code that wasmtime need not compile, and the digests of that.
CODE = "component/*.cwasm"
DIGESTS = "component/SHA256SUMS"

#: Names a folder with that code for all processors, which `cargo xtask dist` makes. Without it
#: there is what the wasmtime that is installed makes of the component: for this machine alone.
PRECOMPILED = "BUILDKITE_TEST_COLLECTOR_PRECOMPILED"

#: Where the workspace names the wasmtime that the code is for.
WASMTIME = re.compile(r'^wasmtime = \{ version = "=([^"]+)"', re.MULTILINE)

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
        """Return what makes code of the component; an sdist has that already."""
        workspace = workspace_of(self.root)
        if workspace is None or os.environ.get(PRECOMPILED):
            return []
        return [f"wasmtime=={version}" for version in wasmtime_of(workspace)]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the component where its sources are, and have it packed."""
        del version
        package = Path(self.root) / PACKAGE
        workspace = workspace_of(self.root)
        if workspace is not None:
            bring(build(workspace), package / BUILT[0])
            bring_code(package)
            bring_page(workspace, package)
            bring(workspace / "wit" / "variables.txt", package / BUILT[1])
            bring(workspace / "guest" / INVENTORY, Path(self.root) / INVENTORY)
        for name in BUILT:
            if not (package / name).is_file():
                raise SystemExit(
                    f"buildkite-test-collector: this sdist is broken: it has no {name}"
                )
        # Built files are not under version control, which hatchling would take for "leave out".
        built = [f"{PACKAGE}/{name}" for name in (*BUILT, PAGE, CODE, DIGESTS)]
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


def bring_page(workspace: Path, package: Path) -> None:
    """Put the report page into a package, or remove what was there."""
    page = target_of(workspace) / "page" / "page.html"
    if page.is_file():
        bring(page, package / PAGE)
    else:
        (package / PAGE).unlink(missing_ok=True)


def target_of(workspace: Path) -> Path:
    """Return the folder of a checkout that cargo builds into."""
    return workspace / (os.environ.get("CARGO_TARGET_DIR") or "target")


def wasmtime_of(workspace: Path) -> list[str]:
    """Return the version of wasmtime that the code of a checkout is for."""
    return WASMTIME.findall((workspace / "Cargo.toml").read_text("utf-8"))


def bring_code(package: Path) -> None:
    """Put code of the component into a package, and its digests, and remove what was there."""
    with tempfile.TemporaryDirectory() as folder:
        made = os.environ.get(PRECOMPILED) or make_code(package, folder)
        code = {file.name: file for file in sorted(Path(made).glob(Path(CODE).name))}
        if made != folder and not code:
            raise SystemExit(f"buildkite-test-collector: {PRECOMPILED} names no code")
        for old in package.glob(CODE):
            if old.name not in code:
                old.unlink()
        sums = Path(folder) / "sums"
        with sums.open("w", encoding="ascii", newline="\n") as lines:
            for name, file in code.items():
                bring(file, package / Path(CODE).with_name(name))
                lines.write(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {name}\n")
        bring(sums, package / DIGESTS)


def make_code(package: Path, folder: str) -> str:
    """Have the component in a package made into code in a folder, which is returned.

    By what the package itself does, in a process that may die: where wasmtime does not run, the
    package goes without, and compiles the component at each start.
    """
    code = (
        "import pathlib, sys; sys.path.insert(0, sys.argv[1]); "
        "from _buildkite_test_collector.component.code import PACKAGED, precompile; "
        "precompile(PACKAGED, pathlib.Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(package.parent), folder]
    subprocess.run(command, check=False)  # noqa: S603
    return folder


def build(workspace: Path) -> Path:
    """Build the component with cargo and return its path."""
    cargo = shutil.which("cargo")
    if cargo is None:
        raise SystemExit(NO_CARGO.format(target=TARGET))
    target = target_of(workspace)
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
