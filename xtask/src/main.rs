//! What a developer does here, as commands: `cargo xtask COMMAND`.
//!
//! Each sets up what it needs under `target/`, from nothing, and says what it does.

mod checks;
mod demo;
mod python;
mod step;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  demo    run the example project and show what Test Engine would get
  test    pass all checks and tests, Rust and Python
  matrix  pass the end-to-end tests with the oldest and newest Python, pytest and wasmtime
  bless   rewrite the expected files of the golden cases, after a change that is meant
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    match arguments.first().map(String::as_str) {
        Some("demo") => demo::run(),
        Some("test") => checks::run(&arguments[1..]),
        Some("matrix") => checks::matrix(&arguments[1..]),
        Some("bless") => checks::bless(),
        _ => bail!("which command?\n\n{USAGE}"),
    }
}

/// The top of the workspace.
fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// Where everything that is built goes.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    root().join(target)
}
