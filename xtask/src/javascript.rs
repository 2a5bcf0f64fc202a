//! The npm package, and Node's tests of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use xtask::component::{Build, digest};
use xtask::{inventory, root, step, target};

/// What Node must be, at least: its major version.
const OLDEST: u32 = 20;

/// What the package is built from, beside what it carries.
const SOURCES: [&str; 7] = [
    ".npmrc",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "README.md",
    "src",
    "test",
];

/// Builds the npm package under `target/npm`, and returns the tarball's path.
pub fn package() -> Result<PathBuf> {
    ensure_node()?;
    let folder = target().join("npm");
    let sources = root().join("tests/hosts/javascript");
    fs::create_dir_all(&folder)?;
    for name in SOURCES {
        copy(&sources.join(name), &folder.join(name))?;
    }
    copy(&Build::here()?.run()?, &folder.join("collector.wasm"))?;
    copy(&root().join("LICENSE"), &folder.join("LICENSE"))?;
    copy(&root().join("wit"), &folder.join("wit"))?;
    copy(
        &root().join(inventory::FILE),
        &folder.join("collector.cdx.json"),
    )?;

    install(&folder)?;
    fs::remove_dir_all(folder.join("dist")).ok();
    step::run(npm(&folder, &["run", "--silent", "build"]))?;
    step::run(npm(&folder, &["pack", "--silent"]))?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(folder.join(format!("buildkite-test-collector-component-{version}.tgz")))
}

/// Passes the tests that run in Node, on the package as it was built last.
pub fn test() -> Result<()> {
    let mut tests = npm(&target().join("npm"), &["test", "--silent"]);
    tests.env("COLLECTOR_CASES", root().join("tests/cases"));
    step::run(tests)
}

/// Installs what builds the package, unless the same is there already.
fn install(folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules").join(digest(&lock));
    if !stamp.exists() {
        // Not `npm ci`, which wants the lock file to name the binaries of all other platforms, too.
        let install = [
            "install",
            "--no-save",
            "--silent",
            "--no-audit",
            "--no-fund",
        ];
        step::run(npm(folder, &install))?;
        fs::write(stamp, "")?;
    }
    Ok(())
}

fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut command = step::program(name, arguments);
    command.current_dir(folder);
    command
}

fn ensure_node() -> Result<()> {
    let advice = "install Node 20 or newer, with npm, from https://nodejs.org";
    let output = Command::new("node").arg("--version").output();
    let output = output.with_context(|| format!("node was not found; {advice}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let major = said.trim_start_matches('v').split('.').next();
    let major: u32 = major.and_then(|major| major.parse().ok()).unwrap_or(0);
    ensure!(major >= OLDEST, "node is {}; {advice}", said.trim());
    Ok(())
}

/// Copies a file, or a folder with all that is in it and without what was.
fn copy(source: &Path, to: &Path) -> Result<()> {
    if source.is_file() {
        fs::copy(source, to).with_context(|| source.display().to_string())?;
        return Ok(());
    }
    fs::remove_dir_all(to).ok();
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(source).with_context(|| source.display().to_string())? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
