//! The benchmark: its environments, the component alone, and then everything side by side.

use std::path;

use anyhow::Result;

use crate::python::{self, Venv};
use xtask::step::{self, cargo};

/// The pure-Python plugin is installed without its dependencies, which are named here: it wants a
/// newer certifi than some mirrors have.
const PURE: &str = "buildkite-test-collector==1.9.1";

/// Measures; `--quick` for a short look at whether all of it works, `--only wall` for what a person
/// waits for alone, and `--baseline WHEEL` for an earlier version beside this one.
pub fn run(arguments: &[String]) -> Result<()> {
    python::ensure_target(xtask::component::TARGET)?;
    step::say("Build the wheel");
    let wheel = python::wheel()?.display().to_string();

    step::say("Install what is compared, each in an environment of its own");
    let mut environments: Vec<(&str, Vec<&str>)> = vec![
        ("plain", vec!["pytest"]),
        ("ours", vec!["pytest", &wheel]),
        (
            "pure",
            vec!["pytest", "requests", "urllib3", "filelock", "certifi"],
        ),
        ("reportlog", vec!["pytest", "pytest-reportlog"]),
        ("server", vec!["jsonschema"]),
    ];
    // It is installed from the top of the workspace, wherever this is run.
    let baseline = value(arguments, "--baseline")
        .map(path::absolute)
        .transpose()?
        .map(|path| path.display().to_string());
    if let Some(baseline) = &baseline {
        environments.push(("baseline", vec!["pytest", baseline]));
    }
    for (name, packages) in environments {
        let venv = Venv::newest(&format!("bench/{name}"))?;
        // As pip does it, and uv does not.
        venv.install(&[&["--compile-bytecode"], &packages[..]].concat())?;
        if name == "pure" {
            venv.install(&["--compile-bytecode", "--no-deps", PURE])?;
        }
    }

    let is_wall_alone = value(arguments, "--only").is_some();
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let mut component = cargo(&["bench", "--package", "benchmark", "--bench", "component"]);
    if is_wall_alone {
        step::say("Build what measures");
        component.arg("--no-run");
    } else {
        step::say("Measure the component alone");
        if is_quick {
            component.args(["--", "--quick"]);
        }
    }
    step::run(component)?;

    step::say("Measure everything side by side");
    // Built beside the benchmarks; `cargo run` would build all of wasmtime once more.
    let program = xtask::target().join("release").join("benchmark");
    let mut all = step::program(program, &[]);
    all.arg(xtask::target()).args(arguments);
    step::run(all)
}

/// What is behind an option; what is wrong with it, the program says.
fn value<'a>(arguments: &'a [String], option: &str) -> Option<&'a str> {
    let place = arguments.iter().position(|argument| argument == option)?;
    arguments.get(place + 1).map(String::as_str)
}
