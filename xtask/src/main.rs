//! What a developer does here, as commands: `cargo xtask COMMAND`.
//!
//! Each sets up what it needs under `target/`, from nothing, and says what it does.

mod artefacts;
mod audit;
mod bench;
mod changelog;
mod checks;
mod debian;
mod demo;
#[cfg(unix)]
mod emulator;
mod interface;
mod javascript;
mod left_out;
mod node;
mod page;
mod pipelines;
mod python;
mod release;
mod sbom;
mod suites;
mod tools;
mod verify;
mod wasmtime;

use std::process::ExitCode;

use anyhow::{Result, bail};
use xtask::component::{Build, digest_of};
use xtask::{core_module, root, step, version};

const USAGE: &str = "\
cargo xtask COMMAND

  demo    run the example project and show what Test Engine would get
  pytest  build what has changed, and pass some end-to-end tests: cargo xtask pytest -k spans
  test    pass all checks and tests, Rust and Python
  matrix  pass the end-to-end tests with the oldest and newest Python, pytest and wasmtime
  suites  pass the own tests of libraries with automatic spans off and on, and compare; by NAME or all
  bench   measure what the plugin costs, beside others; --quick for a short look, --only wall for
          what a person waits for, --baseline WHEEL for an earlier version beside it
  bless   rewrite the expected files of the golden cases, after a change that is meant

  component         build the component and the core module in it, and say their SHA-256
  dist              build the wheel and the sdist that are published, with machine code
  emulator          set up a Python for another processor, with Debian's packages
  page              build the report page, without a run in it
  npm               build the npm package that carries the component
  verify FILE       compare the component in a wheel, an sdist or an npm tarball, and the code
                    that was made of it, with the sources'
  wasmtime VERSION  have the wheel carry code for another version of wasmtime

  release [VERSION] set the version and pass everything that a release must, up to publishing it;
                    --tested where all tests have passed on this commit
  version           say the version that this checkout has
  notes             say what changes with it: its chapter of the changelog
  artefacts         build all that a release publishes, in one folder
  pipelines         check the files of GitHub, Buildkite and the dependency bot
  deny              check the licences and sources of all crates
  audit             look for known vulnerabilities of what others have written
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = run(&arguments);
    left_out::say();
    match result {
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
        Some("pytest") => checks::pytest(&arguments[1..]),
        Some("test") => checks::run(&arguments[1..]),
        Some("matrix") => checks::matrix(&arguments[1..]),
        Some("suites") => suites::run(&arguments[1..]),
        Some("bench") => bench::run(&arguments[1..]),
        Some("bless") => checks::bless(),
        Some("component") => component(),
        Some("dist") => dist(),
        #[cfg(unix)]
        Some("emulator") => emulator(),
        Some("page") => report_page(),
        Some("npm") => npm(),
        Some("verify") => verify::run(&arguments[1..]),
        Some("wasmtime") => wasmtime::run(&arguments[1..]),
        Some("release") => release::run(&arguments[1..]),
        Some("version") => current_version(),
        Some("notes") => notes(),
        Some("artefacts") => artefacts::show(&artefacts::build()?),
        Some("pipelines") => pipelines::check(),
        Some("deny") => audit::deny(),
        Some("audit") => audit::run(),
        _ => bail!("which command?\n\n{USAGE}"),
    }
}

fn component() -> Result<()> {
    step::say("Build the component");
    python::ensure_target(xtask::component::TARGET)?;
    let path = Build::here()?.run()?;
    for path in [&path, &core_module::write(&path)?] {
        println!("{}  {}", digest_of(path)?, path.display());
    }
    Ok(())
}

fn dist() -> Result<()> {
    step::say("Build the wheel and the sdist");
    python::ensure_target(xtask::component::TARGET)?;
    println!("{}", python::published()?.display());
    Ok(())
}

#[cfg(unix)]
fn emulator() -> Result<()> {
    step::say("Set up a Python for another processor");
    println!("{}", emulator::python()?.display());
    Ok(())
}

fn current_version() -> Result<()> {
    println!("{}", version::current(&root())?);
    Ok(())
}

fn notes() -> Result<()> {
    let changelog = changelog::read()?;
    println!(
        "{}",
        changelog::chapter(&changelog, &version::current(&root())?)?
    );
    Ok(())
}

fn report_page() -> Result<()> {
    step::say("Build the report page");
    println!("{}", page::build_with_viewer()?.display());
    Ok(())
}

fn npm() -> Result<()> {
    step::say("Build the npm package");
    python::ensure_target(xtask::component::TARGET)?;
    println!("{}", javascript::package()?.display());
    Ok(())
}
