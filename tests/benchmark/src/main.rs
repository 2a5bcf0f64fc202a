//! What the plugin costs a test run, beside what others cost: `cargo xtask bench`.
//!
//! The command sets up the virtual environments, runs the benchmarks of the component alone
//! (`benches/`), and then this program, with the folder of the environments as its argument.

#[cfg(target_os = "linux")]
mod adopted;
mod bench;
mod child;
mod component;
mod costs;
mod lab;
mod marks;
mod measurement;
mod options;
mod plan;
mod plot;
mod recorded_calls;
mod report;
mod server;
mod statistics;
mod subject;
mod suite;
mod table;
mod targets;
mod trial;
mod waits;
mod wrapper;

/// Where orphans become the first process's children, nothing is known of couriers.
#[cfg(not(target_os = "linux"))]
mod adopted {
    use anyhow::Result;

    use crate::child::Used;

    pub fn begin() -> Result<()> {
        Ok(())
    }

    pub fn wait_for_all() -> Result<Option<Used>> {
        Ok(None)
    }
}

use std::fs;
use std::time::Instant;

use anyhow::Result;

use lab::Lab;
use options::Options;
use report::{Report, Rest, Versions};

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
    let began = Instant::now();
    let options = Options::read(std::env::args().skip(1))?;
    let plan = if options.is_quick {
        plan::QUICK
    } else {
        plan::FULL
    };
    let folder = options.target.join("benchmark");
    let subjects = subject::others(options.baseline.as_deref());
    let venvs = options.target.join("venv/bench");
    let mut lab = Lab::new(venvs, folder.clone(), subjects.clone())?;
    let waits = waits::all(&mut lab, &plan)?;
    let rest = match options.is_wall_alone {
        true => None,
        false => {
            let costs = measurement::all(&mut lab, &plan)?;
            let recorded = recorded_calls::all(&lab, &plan)?;
            // After the runs of pytest: this program compiles the component as well, and Linux
            // counts its memory to the peak of whatever it starts after that.
            let criterion = options.target.join("criterion");
            Some((component::all(&lab, &plan, &criterion)?, costs, recorded))
        }
    };
    let versions = PACKAGES
        .iter()
        .map(|(venv, packages)| lab.script(venv, "versions.py", packages))
        .collect::<Result<Vec<Versions>>>()?;

    // What the repository has is rewritten by numbers that mean something, and by all of them.
    let results = match options.is_quick || options.is_wall_alone {
        true => folder,
        false => contract::repository("tests/benchmark").canonicalize()?,
    };
    if let Some((_, costs, _)) = &rest {
        plot::draw(&results.join(PLOT), &plan, costs)?;
    }
    let report = Report {
        plan: &plan,
        versions,
        subjects: &subjects,
        waits: &waits,
        rest: rest.as_ref().map(|(component, costs, recorded)| Rest {
            costs,
            component,
            recorded,
            plot: PLOT,
        }),
    };
    let page = results.join("RESULTS.md");
    fs::write(&page, report.text())?;
    println!("{}", fs::read_to_string(&page)?);
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    println!("written to {} after {minutes:.1} min", page.display());
    Ok(())
}

/// The file of the plot, beside the page.
const PLOT: &str = "results.svg";
