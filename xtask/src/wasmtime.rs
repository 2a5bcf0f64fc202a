//! Which wasmtime the wheel carries code for.

use std::fs;

use anyhow::{Context, Result, ensure};
use xtask::root;
use xtask::step::{self, cargo};

/// The crates of the workspace that are of one version with it.
const CRATES: [&str; 2] = ["wasmtime", "wasmtime-wasi"];

/// Has everything here use a version of wasmtime, which must be one of wasmtime-py, too: code is for
/// one version.
pub fn run(arguments: &[String]) -> Result<()> {
    let version = arguments.first().context("which version of wasmtime?")?;
    let manifest = root().join("Cargo.toml");
    let mut lines: Vec<String> = fs::read_to_string(&manifest)?
        .lines()
        .map(String::from)
        .collect();
    for name in CRATES {
        let start = format!("{name} = {{ version = \"=");
        let line = lines.iter_mut().find(|line| line.starts_with(&start));
        let line = line.with_context(|| format!("Cargo.toml names no version of {name}"))?;
        let (_, end) = line[start.len()..]
            .split_once('"')
            .context("it has an end")?;
        *line = format!("{start}{version}\"{end}");
    }
    fs::write(&manifest, lines.join("\n") + "\n")?;

    step::say("Look for that version");
    let mut update = cargo(&["update"]);
    update.args(CRATES);
    step::run(update)?;
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let count = lock.matches("name = \"wasmtime\"").count();
    ensure!(count == 1, "there are {count} versions of wasmtime now");
    println!("Now: cargo xtask test");
    Ok(())
}
