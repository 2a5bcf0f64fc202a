//! What a developer does here, as commands: `cargo xtask COMMAND`.
//!
//! Each sets up what it needs under `target/`, from nothing, and says what it does.

mod bench;
mod checks;
mod demo;
mod javascript;
mod python;
mod verify;

use std::process::ExitCode;

use anyhow::{Result, bail};
use xtask::component::{Build, digest_of};
use xtask::step;

const USAGE: &str = "\
cargo xtask COMMAND

  demo    run the example project and show what Test Engine would get
  test    pass all checks and tests, Rust and Python
  matrix  pass the end-to-end tests with the oldest and newest Python, pytest and wasmtime
  bench   measure what the plugin costs, beside others; --quick for a short look
  bless   rewrite the expected files of the golden cases, after a change that is meant

  component    build the component, and say its SHA-256
  npm          build the npm package that carries it
  verify FILE  compare the component in a wheel, an sdist or an npm tarball with the sources'
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
        Some("bench") => bench::run(&arguments[1..]),
        Some("bless") => checks::bless(),
        Some("component") => component(),
        Some("npm") => npm(),
        Some("verify") => verify::run(&arguments[1..]),
        _ => bail!("which command?\n\n{USAGE}"),
    }
}

fn component() -> Result<()> {
    step::say("Build the component");
    python::ensure_target()?;
    let path = Build::here()?.run()?;
    println!("{}  {}", digest_of(&path)?, path.display());
    Ok(())
}

fn npm() -> Result<()> {
    step::say("Build the npm package");
    python::ensure_target()?;
    println!("{}", javascript::package()?.display());
    Ok(())
}
