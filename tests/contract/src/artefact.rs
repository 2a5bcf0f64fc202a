//! The component, built as a release builds it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::{env, fs};

use serde_json::Value;

use crate::repository;

/// Where the component lies. The first call builds it.
///
/// # Panics
///
/// Where it does not build.
#[must_use]
pub fn path() -> &'static Path {
    static PATH: LazyLock<PathBuf> = LazyLock::new(build);
    &PATH
}

/// The component's bytes.
///
/// # Panics
///
/// Where it does not build.
#[must_use]
pub fn bytes() -> Vec<u8> {
    fs::read(path()).expect("cargo has just written it")
}

/// Cargo says itself where the artefact is: the target directory may be set in many places.
fn build() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--release", "--target", "wasm32-wasip2"])
        .args(["--package", "collector"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(repository("."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "the component does not build: {}",
        output.status
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "collector")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| Some(PathBuf::from(file.as_str()?)))
        .find(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .expect("cargo names the component")
}
