//! Test binaries, as cargo builds them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use wasmtime::error::Context;
use wasmtime::{Result, ensure};

/// A program of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// What its tests belong to: the package, and the file of an integration test.
    pub scope: String,
    /// The file that its tests are in, or begin in.
    pub file: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Where it is run: cargo runs tests in the folder of their package.
    pub folder: PathBuf,
}

/// A message of cargo's that tells of an artefact
/// (<https://doc.rust-lang.org/cargo/reference/external-tools.html#artifact-messages>).
#[derive(Deserialize)]
struct Artefact {
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Builds the tests that `cargo test` with these arguments would run.
///
/// # Errors
///
/// Where they do not build.
pub fn build(arguments: &[String]) -> Result<Vec<Binary>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "test",
            "--no-run",
            "--message-format=json-render-diagnostics",
        ])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be run")?;
    ensure!(output.status.success(), "the tests do not build");
    let root = std::env::current_dir()?;
    let lines = String::from_utf8(output.stdout)?;
    Ok(lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter_map(|artefact| binary(artefact, &root))
        .collect())
}

fn binary(artefact: Artefact, root: &Path) -> Option<Binary> {
    let path = artefact.executable.filter(|_| artefact.profile.test)?;
    let folder = artefact.manifest_path.parent()?;
    let package = folder.file_name()?.to_string_lossy();
    let file = artefact.target.src_path;
    Some(Binary {
        scope: match artefact.target.kind.iter().any(|kind| kind == "test") {
            true => format!("{package}::{}", artefact.target.name),
            false => package.into_owned(),
        },
        file: file
            .strip_prefix(root)
            .unwrap_or(&file)
            .display()
            .to_string(),
        path,
        folder: folder.to_owned(),
    })
}
