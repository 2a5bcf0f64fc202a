//! All checks and tests, Rust and Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::debian;
#[cfg(unix)]
use crate::emulator;
use crate::javascript;
use crate::left_out;
use crate::node::Node;
use crate::page;
use crate::pipelines;
use crate::python::{self, Venv};
use crate::tools;
use xtask::step::{self, cargo};
use xtask::{precompiled, target};

/// What to run next where a step fails: what mends it, or shows it alone.
mod next {
    pub const RUST_FORMAT: &str = "cargo fmt --all";
    pub const RUST_LINT: &str = "cargo clippy --workspace --all-targets";
    pub const RUST_TEST: &str = "cargo test --workspace NAME, the failed test alone; \
        after a change of expected files that is meant: cargo xtask bless";
    pub const NPM: &str = "cargo xtask npm builds the package alone";
    pub const PAGE: &str = "cargo xtask page builds the page alone";
    pub const PIPELINES: &str = "cargo xtask pipelines";
    pub const WHEEL: &str = "cargo xtask dist";
    pub const PYTHON_FORMAT: &str =
        "target/venv/test/bin/ruff format --config host-python/pyproject.toml FILE";
    pub const PYTHON_LINT: &str =
        "target/venv/test/bin/ruff check --fix --config host-python/pyproject.toml FILE";
    pub const PYTHON_TYPES: &str =
        "mend the lines above; the command is repeated as it stands there";
    pub const PYTEST: &str = "cargo xtask test --last-failed, with the tests that failed alone";
    pub const CORNER: &str = "cargo xtask matrix --last-failed, with the tests that failed alone";
}

/// The Python code of the repository, as ruff and mypy take it.
const PYTHON_CODE: [&str; 8] = [
    "host-python",
    "tests/conftest.py",
    "tests/browser",
    "tests/stand_in",
    "tests/end_to_end",
    "tests/hosts",
    "tests/suites",
    "tests/benchmark",
];

/// What a corner of the matrix installs: a Python, a pytest and a wasmtime; and who delivers there.
struct Corner {
    python: &'static str,
    packages: [&'static str; 2],
    courier: bool,
    /// Whether it is left out, and said so, where neither this machine nor uv has that Python.
    is_optional: bool,
}

impl Corner {
    const fn new(python: &'static str, pytest: &'static str, wasmtime: &'static str) -> Self {
        Self {
            python,
            packages: [pytest, wasmtime],
            courier: true,
            is_optional: false,
        }
    }

    /// The same, but no machine need have that Python.
    const fn where_it_is(self) -> Self {
        Self {
            is_optional: true,
            ..self
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

/// The other corners of what is supported: the oldest of each, nobody to deliver, and what is newer
/// than our newest.
const CORNERS: [Corner; 4] = [
    Corner::new(python::NEWEST, "pytest", "wasmtime==45.*").without_courier(),
    Corner::new(python::OLDEST, "pytest==7.0.*", "wasmtime==45.*"),
    Corner::new("3.14", "pytest", "wasmtime").where_it_is(),
    Corner::new("3.14t", "pytest", "wasmtime").where_it_is(),
];

/// The exit status by which pytest says that tests have failed, and nothing else has.
const SOME_FAILED: i32 = 1;

/// The tests that need not be run at every corner: they ask about packages, or about the system, and
/// not about ways to run.
const ONCE: [&str; 38] = [
    "--ignore=tests/browser",
    "--ignore=tests/stand_in",
    "--ignore=tests/end_to_end/test_automatic_mysql.py",
    "--ignore=tests/end_to_end/test_automatic_postgresql.py",
    "--ignore=tests/end_to_end/test_bktec.py",
    "--ignore=tests/end_to_end/test_connections.py",
    "--ignore=tests/end_to_end/test_doctor.py",
    "--ignore=tests/end_to_end/test_drop_in.py",
    "--ignore=tests/end_to_end/test_intercepted_network.py",
    "--ignore=tests/end_to_end/test_journal_places.py",
    "--ignore=tests/end_to_end/test_json_destinations.py",
    "--ignore=tests/end_to_end/test_json_streams.py",
    "--ignore=tests/end_to_end/test_leftovers.py",
    "--ignore=tests/end_to_end/test_migration.py",
    "--ignore=tests/end_to_end/test_other_systems.py",
    // The newest SDK is the reference.
    "--ignore=tests/end_to_end/test_otlp_variables.py",
    "--ignore=tests/end_to_end/test_pages.py",
    "--ignore=tests/end_to_end/test_pipelines.py",
    "--ignore=tests/end_to_end/test_pool_host.py",
    "--ignore=tests/end_to_end/test_private_files.py",
    "--ignore=tests/end_to_end/test_report_page.py",
    "--ignore=tests/end_to_end/test_sent_results.py",
    "--ignore=tests/end_to_end/test_slow_disk.py",
    "--ignore=tests/end_to_end/test_slow_ends.py",
    "--ignore=tests/end_to_end/test_suites.py",
    "--ignore=tests/end_to_end/test_tasks.py",
    "--ignore=tests/end_to_end/test_type_checkers.py",
    "--ignore=tests/end_to_end/test_other_processor.py",
    "--ignore=tests/end_to_end/test_packaging.py",
    "--ignore=tests/end_to_end/test_real_packages.py",
    "--ignore=tests/end_to_end/test_upload_files.py",
    "--ignore=tests/hosts/test_core_module.py",
    "--ignore=tests/hosts/test_javascript.py",
    "--ignore=tests/hosts/test_numbers.py",
    "--ignore=tests/hosts/test_recipes.py",
    "--ignore=tests/hosts/test_reporters.py",
    "--ignore=tests/hosts/test_rust.py",
    "--ignore=tests/hosts/test_settings.py",
];

/// Passes everything on the newest versions; further arguments go to pytest.
pub fn run(pytest_arguments: &[String]) -> Result<()> {
    prepare()?;
    rust()?;
    let package = step::or(javascript(), next::NPM)?;
    step::or(page(), next::PAGE)?;
    step::or(pipelines::check(), next::PIPELINES)?;
    step::say("Build the wheel and the sdist");
    let wheel = step::or(python::published(), next::WHEEL)?;
    let wheel = wheel.display().to_string();
    let venv = environment("test", &NEWEST, &wheel)?;
    python_style(&venv)?;
    let tested = end_to_end(&venv, &NEWEST, &wheel, Some(&package), pytest_arguments);
    step::or(tested, next::PYTEST)
}

/// Fetches what everything needs, so that what cannot be had is known before anything is built.
fn prepare() -> Result<()> {
    step::say("See what is here");
    python::ensure_target(xtask::component::TARGET)?;
    python::ensure()?;
    Node::new()?;
    debian::ensure();
    Ok(())
}

/// Builds what has changed and passes some tests: the arguments go to pytest.
pub fn pytest(arguments: &[String]) -> Result<()> {
    ensure!(!arguments.is_empty(), "which tests? For example: -k spans");
    python::ensure_target(xtask::component::TARGET)?;
    let venv = python::editable("short", &NEWEST.packages)?;
    let mut pytest = pytest_in(&venv);
    let names_files = arguments.iter().any(|word| word.contains(".py"));
    pytest
        .args((!names_files).then_some("tests"))
        .args(arguments);
    step::run(pytest)
}

/// The tests of this repository, as an environment runs them.
fn pytest_in(venv: &Venv) -> Command {
    let mut pytest = venv.command("python", &["-m", "pytest", "-c", "tests/pytest.ini"]);
    pytest.env("BUILDKITE_TEST_COLLECTOR_UV", python::uv_path());
    pytest
}

/// Passes the end-to-end tests at the corners of what is supported.
pub fn matrix(pytest_arguments: &[String]) -> Result<()> {
    step::say("Build the wheel");
    let wheel = python::wheel()?.display().to_string();
    let arguments: Vec<String> = ONCE
        .map(String::from)
        .into_iter()
        .chain(pytest_arguments.to_vec())
        .collect();
    for corner in &CORNERS {
        if corner.is_optional && !python::is_there(corner.python) {
            let python = corner.python;
            left_out::note(format!(
                "There is no Python {python}: nothing is tested with it."
            ));
            continue;
        }
        let venv = environment("corner", corner, &wheel)?;
        let tested = end_to_end(&venv, corner, &wheel, None, &arguments);
        step::or(tested, next::CORNER)?;
    }
    Ok(())
}

fn environment(name: &str, corner: &Corner, wheel: &str) -> Result<Venv> {
    let [pytest, wasmtime] = corner.packages;
    step::say(&format!(
        "Install the wheel: Python {}, {pytest}, {wasmtime}",
        corner.python
    ));
    let venv = match corner.python {
        python::NEWEST => Venv::newest(name)?,
        other => Venv::new(name, other)?,
    };
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
    let package_environment = package.map_or(Ok(Vec::new()), environment_of_packages)?;
    let pytest = |options: &[&str]| {
        let mut command = pytest_in(venv);
        command
            .args(options)
            .arg("tests")
            .args(arguments)
            .env("BUILDKITE_TEST_COLLECTOR_WHEEL", wheel)
            // `cargo test` has built it, for the tests of its package.
            .env("BUILDKITE_TEST_COLLECTOR_RUST_HOST", rust_host())
            .envs(package_environment.iter().cloned());
        if !corner.courier {
            command.env("BUILDKITE_TEST_COLLECTOR_COURIER", "false");
        }
        command
    };
    let all = step::status(&mut pytest(&[
        "--numprocesses",
        "auto",
        "--dist",
        "worksteal",
    ]))?;
    if all.code() != Some(SOME_FAILED) {
        ensure!(all.success(), "pytest failed: {all}");
        return Ok(());
    }
    step::say("Test once more what has failed, one by one");
    step::run(pytest(&["--last-failed", "--exitfirst"]))?;
    println!(
        "Those tests fail where others run beside them. They may wait for a time instead of for \
         what they need: mend them."
    );
    Ok(())
}

/// What the tests of packages need: they are run on the newest versions alone.
fn environment_of_packages(npm: &Path) -> Result<Vec<(&'static str, PathBuf)>> {
    let mut environment = vec![
        ("PATH", Node::new()?.path()?.into()),
        ("BUILDKITE_TEST_COLLECTOR_NPM", npm.to_owned()),
        (precompiled::VARIABLE, precompiled::folder()),
    ];
    #[cfg(unix)]
    match emulator::python() {
        Ok(python) => environment.push((emulator::VARIABLE, python)),
        Err(error) => {
            left_out::note(format!("No test runs on another processor: {error:#}"));
        }
    }
    Ok(environment)
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
    step::say("Check the style of the Rust code");
    let format = cargo(&["fmt", "--all", "--check"]);
    step::run_or(format, next::RUST_FORMAT)?;
    let mut lint = cargo(&["clippy", "--quiet", "--workspace", "--all-targets"]);
    lint.args(["--", "--deny", "warnings"]);
    step::run_or(lint, next::RUST_LINT)?;

    step::say("Test the component, natively and built, in wasmtime");
    let tests = cargo(&["test", "--quiet", "--workspace"]);
    step::run_or(tests, next::RUST_TEST)
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

fn page() -> Result<()> {
    step::say("Check and build the report page");
    page::check()?;
    page::build_with_viewer()?;
    Ok(())
}

fn python_style(venv: &Venv) -> Result<()> {
    step::say("Check the style and the types of the Python code");
    venv.install(&tools::STYLE)?;
    let config = ["--config", "host-python/pyproject.toml"];
    for (arguments, next) in [
        (&["format", "--check"], next::PYTHON_FORMAT),
        (&["check", "--quiet"], next::PYTHON_LINT),
    ] {
        let ruff = [arguments as &[_], &config, &PYTHON_CODE].concat();
        step::run_or(venv.command("ruff", &ruff), next)?;
    }
    let mypy = ["--config-file", "host-python/pyproject.toml"];
    let mypy = venv.command("mypy", &[&mypy as &[_], &PYTHON_CODE].concat());
    step::run_or(mypy, next::PYTHON_TYPES)
}
