//! The report page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::node::{Node, copy};
use crate::python;
use xtask::step::{self, cargo};
use xtask::{root, target};

/// What the page is built from.
const SOURCES: [&str; 7] = [
    ".npmrc",
    "build.js",
    "eslint.config.js",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "src",
];

/// What the viewer's module is built for, and how.
const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "viewer";

/// Builds the page, and returns its path: `target/page/page.html`.
pub fn build() -> Result<PathBuf> {
    put_together(&[])?;
    Ok(target().join("page").join("page.html"))
}

/// Builds the page, and the viewer beside it; returns their folder.
pub fn build_with_viewer() -> Result<PathBuf> {
    let module = module()?;
    put_together(&[&module])?;
    Ok(target().join("page"))
}

fn put_together(modules: &[&Path]) -> Result<()> {
    let folder = installed()?;
    let mut build = Node::new()?.npm(&folder, &["run", "--silent", "build", "--"])?;
    build.arg(target().join("page")).args(modules);
    step::run(build)
}

/// Builds the viewer's module, and JavaScript's side of it; returns their folder.
fn module() -> Result<PathBuf> {
    python::ensure_target(TARGET)?;
    let mut build = cargo(&["build", "--quiet", "--package", "viewer"]);
    build.args(["--target", TARGET, "--profile", PROFILE]);
    step::run(build)?;

    let built = target().join(TARGET).join(PROFILE).join("viewer.wasm");
    let folder = target().join("viewer-module");
    let mut bindgen = cargo(&["run", "--quiet", "--locked", "--manifest-path"]);
    bindgen
        .arg(root().join("host-browser/bindgen/Cargo.toml"))
        .arg("--target-dir")
        .arg(target().join("bindgen"))
        .arg("--")
        .args([&built, &folder]);
    step::run(bindgen)?;
    Ok(folder)
}

/// Checks the types and the style of what the page is built from.
pub fn check() -> Result<()> {
    let folder = installed()?;
    step::run(Node::new()?.npm(&folder, &["run", "--silent", "check"])?)
}

/// The sources in a folder under `target`, with what builds them.
fn installed() -> Result<PathBuf> {
    let folder = target().join("host-browser");
    fs::create_dir_all(&folder)?;
    for name in SOURCES {
        copy(&root().join("host-browser").join(name), &folder.join(name))?;
    }
    Node::new()?.install(&folder)?;
    Ok(folder)
}
