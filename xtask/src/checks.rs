//! All checks and tests, Rust and Python.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::javascript;
use crate::python::{self, Venv};
use xtask::step::{self, cargo};
use xtask::target;

/// The Python code of the repository, as ruff and mypy take it.
const PYTHON_CODE: [&str; 6] = [
    "host-python",
    "tests/conftest.py",
    "tests/stand_in",
    "tests/end_to_end",
    "tests/hosts",
    "tests/benchmark",
];

/// What a corner of the matrix installs: a Python, a pytest and a wasmtime; and who delivers there.
struct Corner {
    python: &'static str,
    packages: [&'static str; 2],
    courier: bool,
}

impl Corner {
    const fn new(python: &'static str, pytest: &'static str, wasmtime: &'static str) -> Self {
        Self {
            python,
            packages: [pytest, wasmtime],
            courier: true,
        }
    }

    /// The same, with all runs delivered by pytest itself.
    const fn without_courier(self) -> Self {
        Self {
            courier: false,
            ..self
        }
    }
}

/// The newest of everything: what the test command runs on.
const NEWEST: Corner = Corner::new(python::NEWEST, "pytest", "wasmtime");

/// The other corners of what is supported, as few as have the oldest of each beside what is new.
const CORNERS: [Corner; 3] = [
    Corner::new(python::NEWEST, "pytest", "wasmtime==45.*").without_courier(),
    Corner::new(python::OLDEST, "pytest", "wasmtime"),
    Corner::new(python::OLDEST, "pytest==7.0.*", "wasmtime==45.*"),
];

/// The tests that need not be run at every corner: they ask about packages, or about the system, and
/// not about ways to run.
const ONCE: [&str; 19] = [
    "--ignore=tests/stand_in",
    "--ignore=tests/end_to_end/test_automatic_postgresql.py",
    "--ignore=tests/end_to_end/test_connections.py",
    "--ignore=tests/end_to_end/test_drop_in.py",
    "--ignore=tests/end_to_end/test_intercepted_network.py",
    "--ignore=tests/end_to_end/test_journal_places.py",
    "--ignore=tests/end_to_end/test_json_destinations.py",
    "--ignore=tests/end_to_end/test_json_streams.py",
    "--ignore=tests/end_to_end/test_leftovers.py",
    "--ignore=tests/end_to_end/test_private_files.py",
    "--ignore=tests/end_to_end/test_sent_results.py",
    "--ignore=tests/end_to_end/test_slow_disk.py",
    "--ignore=tests/end_to_end/test_slow_ends.py",
    "--ignore=tests/end_to_end/test_type_checkers.py",
    "--ignore=tests/end_to_end/test_packaging.py",
    "--ignore=tests/end_to_end/test_real_packages.py",
    "--ignore=tests/end_to_end/test_upload_files.py",
    "--ignore=tests/hosts/test_javascript.py",
    "--ignore=tests/hosts/test_rust.py",
];

/// Passes everything on the newest versions; further arguments go to pytest.
pub fn run(pytest_arguments: &[String]) -> Result<()> {
    rust()?;
    let package = javascript()?;
    let wheel = wheel()?;
    let venv = environment("test", &NEWEST, &wheel)?;
    python_style(&venv)?;
    end_to_end(&venv, &NEWEST, &wheel, Some(&package), pytest_arguments)
}

/// Passes the end-to-end tests at the corners of what is supported.
pub fn matrix(pytest_arguments: &[String]) -> Result<()> {
    let wheel = wheel()?;
    let arguments: Vec<String> = ONCE
        .map(String::from)
        .into_iter()
        .chain(pytest_arguments.to_vec())
        .collect();
    for corner in &CORNERS {
        let venv = environment("corner", corner, &wheel)?;
        end_to_end(&venv, corner, &wheel, None, &arguments)?;
    }
    Ok(())
}

fn wheel() -> Result<String> {
    step::say("Build the wheel");
    Ok(python::wheel()?.display().to_string())
}

fn environment(name: &str, corner: &Corner, wheel: &str) -> Result<Venv> {
    let [pytest, wasmtime] = corner.packages;
    step::say(&format!(
        "Install the wheel: Python {}, {pytest}, {wasmtime}",
        corner.python
    ));
    let venv = Venv::new(name, corner.python)?;
    venv.install(&[
        wheel,
        pytest,
        wasmtime,
        "--requirements",
        "tests/requirements.txt",
    ])?;
    Ok(venv)
}

fn end_to_end(
    venv: &Venv,
    corner: &Corner,
    wheel: &str,
    package: Option<&Path>,
    arguments: &[String],
) -> Result<()> {
    let [pytest, wasmtime] = corner.packages;
    step::say(&format!(
        "Test the plugin, end to end: Python {}, {pytest}, {wasmtime}{}",
        corner.python,
        if corner.courier { "" } else { ", no courier" }
    ));
    let mut command = venv.command("python", &["-m", "pytest", "-c", "tests/pytest.ini"]);
    command
        .args(["--numprocesses", "auto", "--dist", "worksteal", "tests"])
        .args(arguments)
        .env("BUILDKITE_TEST_COLLECTOR_WHEEL", wheel)
        .env("BUILDKITE_TEST_COLLECTOR_UV", python::uv_path())
        // `cargo test` has built it, for the tests of its package.
        .env("BUILDKITE_TEST_COLLECTOR_RUST_HOST", rust_host());
    if !corner.courier {
        command.env("BUILDKITE_TEST_COLLECTOR_COURIER", "false");
    }
    if let Some(package) = package {
        command.env("BUILDKITE_TEST_COLLECTOR_NPM", package);
    }
    step::run(command)
}

/// Rewrites what the golden cases expect.
pub fn bless() -> Result<()> {
    let mut tests = cargo(&["test", "--workspace"]);
    // By `--workspace`, because a package alone has other features, and wasmtime compiles for long.
    for test in ["build", "cases", "variables", "world"] {
        tests.args(["--test", test]);
    }
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

fn rust_host() -> PathBuf {
    let name = format!("rust-host{}", std::env::consts::EXE_SUFFIX);
    target().join("debug").join(name)
}

fn javascript() -> Result<PathBuf> {
    step::say("Build the npm package, and test it in Node");
    let package = javascript::package()?;
    javascript::test()?;
    Ok(package)
}

fn python_style(venv: &Venv) -> Result<()> {
    step::say("Check the style and the types of the Python code");
    venv.install(&["hatchling", "mypy", "ruff", "types-jsonschema"])?;
    let config = ["--config", "host-python/pyproject.toml"];
    for arguments in [&["format", "--check"] as &[_], &["check", "--quiet"]] {
        step::run(venv.command("ruff", &[arguments, &config, &PYTHON_CODE].concat()))?;
    }
    let mypy = ["--config-file", "host-python/pyproject.toml"];
    step::run(venv.command("mypy", &[&mypy as &[_], &PYTHON_CODE].concat()))
}
