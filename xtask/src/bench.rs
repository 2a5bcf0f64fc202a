//! The benchmark: its environments, the component alone, and then everything side by side.

use anyhow::Result;

use crate::python::{self, Venv};
use xtask::step::{self, cargo};

/// The pure-Python plugin is installed without its dependencies, which are named here: it wants a
/// newer certifi than some mirrors have.
const PURE: &str = "buildkite-test-collector==1.9.1";

/// Measures; `--quick` for a short look at whether all of it works.
pub fn run(arguments: &[String]) -> Result<()> {
    python::ensure_target()?;
    step::say("Build the wheel");
    let wheel = python::wheel()?.display().to_string();

    step::say("Install what is compared, each in an environment of its own");
    let environments: [(&str, &[&str]); 5] = [
        ("plain", &["pytest"]),
        ("ours", &["pytest", &wheel]),
        (
            "pure",
            &["pytest", "requests", "urllib3", "filelock", "certifi"],
        ),
        ("reportlog", &["pytest", "pytest-reportlog"]),
        ("server", &["jsonschema"]),
    ];
    for (name, packages) in environments {
        let venv = Venv::new(&format!("bench/{name}"), python::NEWEST)?;
        // As pip does it, and uv does not.
        venv.install(&[&["--compile-bytecode"], packages].concat())?;
        if name == "pure" {
            venv.install(&["--compile-bytecode", "--no-deps", PURE])?;
        }
    }

    step::say("Measure the component alone");
    let mut component = cargo(&["bench", "--package", "benchmark", "--bench", "component"]);
    if arguments.iter().any(|argument| argument == "--quick") {
        component.args(["--", "--quick"]);
    }
    step::run(component)?;

    step::say("Measure everything side by side");
    // Built beside the benchmarks; `cargo run` would build all of wasmtime once more.
    let program = xtask::target().join("release").join("benchmark");
    let mut all = step::program(program, &[]);
    all.arg(xtask::target()).args(arguments);
    step::run(all)
}
