//! The component as machine code for the processors of the wheel, and as bytecode.
//!
//! The `wasmtime` crate makes it, which takes minutes to build: what needs no code for another
//! processor goes without, and has wasmtime-py make that for its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::archive::Files;
use crate::component::digest;
use crate::step::{self, cargo};
use crate::target;

/// The variable by which the wheel's build is told where it lies; `build_component.py` has it, too.
pub const VARIABLE: &str = "BUILDKITE_TEST_COLLECTOR_PRECOMPILED";

/// Where it is for whoever builds the wheel, once it was made.
#[must_use]
pub fn folder() -> PathBuf {
    target().join("precompiled")
}

/// Makes it of a component, in a folder that holds nothing else then, and returns it.
///
/// # Errors
///
/// Where cargo or wasmtime fails.
pub fn make(component: &Path, folder: &Path) -> Result<Files> {
    // By `--workspace`, because a package alone has other features, and wasmtime compiles for long.
    let arguments = ["--quiet", "--locked", "--workspace", "--bin", "precompile"];
    step::run(cargo(&[&["build"], &arguments[..]].concat()))?;
    let program = format!("precompile{}", std::env::consts::EXE_SUFFIX);
    fs::remove_dir_all(folder).ok();
    let mut precompile = step::program(target().join("debug").join(program), &[]);
    precompile.args([component, folder]);
    step::run(precompile)?;

    let mut made = Files::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        made.insert(name, fs::read(entry.path())?);
    }
    Ok(made)
}

/// Their digests as the package has them, in the form of `sha256sum`.
#[must_use]
pub fn digests(files: &Files) -> String {
    let lines = files.iter();
    lines
        .map(|(name, bytes)| format!("{}  {name}\n", digest(bytes)))
        .collect()
}
