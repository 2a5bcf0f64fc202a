//! All checks and tests, Rust and Python.

use anyhow::Result;

use crate::python::{self, Venv};
use crate::step::{self, cargo};

/// The Python code of the repository, as ruff and mypy take it.
const PYTHON_CODE: [&str; 3] = ["host-python", "tests/stand_in", "tests/end_to_end"];

/// Passes everything; further arguments go to pytest.
pub fn run(pytest_arguments: &[String]) -> Result<()> {
    rust()?;

    step::say("Build the wheel, and install it with what the tests need");
    let wheel = python::wheel()?.display().to_string();
    let venv = Venv::new("test", python::NEWEST)?;
    venv.install(&[&wheel, "--requirements", "tests/requirements.txt"])?;

    python_style(&venv)?;

    step::say("Test the plugin, end to end");
    let mut pytest = venv.command("python", &["-m", "pytest", "-c", "tests/pytest.ini"]);
    pytest
        .args(["--numprocesses", "auto", "--dist", "worksteal", "tests"])
        .args(pytest_arguments)
        .env("BUILDKITE_TEST_COLLECTOR_WHEEL", &wheel)
        .env("BUILDKITE_TEST_COLLECTOR_UV", python::uv_path());
    step::run(pytest)
}

/// Rewrites what the golden cases expect.
pub fn bless() -> Result<()> {
    let mut tests = cargo(&["test", "--package", "contract"]);
    tests.env("BLESS", "1");
    step::run(tests)
}

fn rust() -> Result<()> {
    python::ensure_target()?;
    step::say("Check the style of the Rust code");
    step::run(cargo(&["fmt", "--all", "--check"]))?;
    step::run(cargo(&[
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))?;

    step::say("Test the component, natively and built, in wasmtime");
    step::run(cargo(&["test", "--quiet", "--workspace"]))
}

fn python_style(venv: &Venv) -> Result<()> {
    step::say("Check the style and the types of the Python code");
    let config = ["--config", "host-python/pyproject.toml"];
    for arguments in [&["format", "--check"] as &[_], &["check", "--quiet"]] {
        step::run(venv.command("ruff", &[arguments, &config, &PYTHON_CODE].concat()))?;
    }
    let mypy = ["--config-file", "host-python/pyproject.toml"];
    step::run(venv.command("mypy", &[&mypy as &[_], &PYTHON_CODE].concat()))
}
