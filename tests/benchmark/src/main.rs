//! What the plugin costs a test run, beside what others cost: `cargo xtask bench`.
//!
//! The command sets up the virtual environments, runs the benchmarks of the component alone
//! (`benches/`), and then this program, with the folder of the environments as its argument.

mod child;
mod component;
mod lab;
mod measurement;
mod plan;
mod plot;
mod report;
mod server;
mod statistics;
mod subject;
mod suite;
mod table;
mod targets;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use lab::Lab;
use report::{Report, Versions};

/// The packages whose versions are told, by the environment that has them.
const PACKAGES: [(&str, &[&str]); 3] = [
    (
        "ours",
        &["pytest", "pluggy", "buildkite-test-collector", "wasmtime"],
    ),
    ("pure", &["requests", "urllib3"]),
    ("reportlog", &["pytest-reportlog"]),
];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let target = PathBuf::from(arguments.next().context("where is the target folder?")?);
    let is_quick = arguments.next().as_deref() == Some("--quick");
    let plan = if is_quick { plan::QUICK } else { plan::FULL };

    let folder = target.join("benchmark");
    let mut lab = Lab::new(target.join("venv/bench"), folder.clone())?;
    let component = component::all(&lab, &plan, &target.join("criterion"))?;
    let costs = measurement::all(&mut lab, &plan)?;
    let versions = PACKAGES
        .iter()
        .map(|(venv, packages)| lab.script(venv, "versions.py", packages))
        .collect::<Result<Vec<Versions>>>()?;

    // What the repository has is rewritten by numbers that mean something alone.
    let results = match is_quick {
        true => folder,
        false => contract::repository("tests/benchmark").canonicalize()?,
    };
    let report = Report {
        plan: &plan,
        versions,
        costs: &costs,
        component: &component,
    };
    plot::draw(&results.join("results.svg"), &plan, &costs)?;
    let page = results.join("RESULTS.md");
    fs::write(&page, report.text("results.svg"))?;
    println!("{}", fs::read_to_string(&page)?);
    println!("written to {}", page.display());
    Ok(())
}
