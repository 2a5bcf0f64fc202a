//! The tests of libraries whose calls are recorded, with and without.

use anyhow::Result;

use crate::python::{self, Venv};
use crate::tools;
use xtask::{root, step, target};

/// Runs the suites of these names, or all, and compares what came of them.
pub fn run(names: &[String]) -> Result<()> {
    python::ensure_target(xtask::component::TARGET)?;
    step::say("Build the wheel");
    let wheel = python::wheel()?;

    step::say("Run the libraries' own tests, with `auto_spans` off and on");
    let venv = Venv::newest("suites")?;
    venv.install(&[tools::PIP])?;
    let mut suites = venv.command("python", &["-m", "suites"]);
    suites
        .args([python::uv_path(), wheel, target().join("suites")])
        .args(names)
        .env("PYTHONPATH", root().join("tests"));
    step::run(suites)
}
