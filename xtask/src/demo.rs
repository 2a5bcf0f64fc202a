//! The main job, on real input: the example project, uploaded to a stand-in for Test Engine.

use anyhow::Result;

use crate::python::{self, Venv};
use xtask::step;

/// Runs the demonstration.
pub fn run() -> Result<()> {
    step::say("Build the component, and the wheel that carries it");
    python::ensure_target()?;
    let wheel = python::wheel()?;

    step::say("Install the wheel");
    let venv = Venv::new("demo", python::NEWEST)?;
    venv.install(&[&wheel.display().to_string(), "jsonschema"])?;

    step::say("Run the example project against a stand-in for Test Engine");
    let mut demo = venv.command("python", &["-m", "stand_in.demo", "tests/example"]);
    demo.env("PYTHONPATH", xtask::root().join("tests"));
    step::run(demo)
}
