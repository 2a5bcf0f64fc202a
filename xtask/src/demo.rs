//! The main job, on real input: the example project, uploaded to a stand-in for Test Engine.

use anyhow::Result;

use crate::python::{self, Venv};
use xtask::step;

/// Runs the demonstration.
pub fn run() -> Result<()> {
    step::say("Build the component, and the wheel that carries it");
    python::ensure_target(xtask::component::TARGET)?;
    let wheel = python::wheel()?;

    step::say("Install the wheel");
    let venv = Venv::newest("demo")?;
    venv.install(&[&wheel.display().to_string()])?;
    show(&venv)
}

/// Runs it with the plugin that is installed in an environment.
pub fn show(venv: &Venv) -> Result<()> {
    venv.install(&["jsonschema"])?;

    step::say("Run the example project against a stand-in for Test Engine");
    let page = xtask::target().join("demo").join("report.html");
    let mut demo = venv.command("python", &["-m", "stand_in.demo", "tests/example"]);
    demo.arg(page)
        .env("PYTHONPATH", xtask::root().join("tests"));
    step::run(demo)
}
