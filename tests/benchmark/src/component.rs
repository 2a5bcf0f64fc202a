//! What the component alone costs, in the `wasmtime` crate and in wasmtime-py.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use contract::{artefact, lines};
use serde::Deserialize;
use serde_json::Value;

use crate::lab::{self, Lab};
use crate::plan::Plan;
use crate::statistics::median;

/// How many tests the events are of that Python feeds.
const TESTS: u64 = 10_000;

/// What wasmtime compiles for: the processor, or bytecode that runs everywhere.
pub const TARGETS: [&str; 2] = ["native", "pulley64"];

/// What compiles, and does nothing else.
const COMPILING: &str = "compiling.py";

/// What was measured of the component.
#[derive(Debug)]
pub struct Costs {
    /// The size of the component itself, in bytes.
    pub size: f64,
    /// In wasmtime-py, for each of the targets.
    pub python: [PythonCosts; 2],
    /// Milliseconds of CPU until the plugin has it ready, from nothing and with nothing cached.
    pub plugin_start: f64,
    /// Instructions to import wasmtime and to compile without optimizing; none where they are not
    /// counted.
    pub compiling: Option<f64>,
    /// What criterion measured; none where its benchmarks were not run.
    pub rust: Option<RustCosts>,
}

/// Medians of what `python/component.py` prints; times are milliseconds of CPU.
#[derive(Debug, Deserialize)]
pub struct PythonCosts {
    /// To import wasmtime.
    pub import: f64,
    /// To compile the component.
    pub compile: f64,
    /// To compile it without optimizing.
    pub compile_unoptimized: f64,
    /// To load what was compiled before.
    pub load: f64,
    /// To link it, make an instance, and begin a run.
    pub instantiate: f64,
    /// To feed all events.
    pub feed: f64,
    /// To take all uploads.
    pub take: f64,
    /// The size of what was compiled.
    pub artefact_bytes: f64,
    /// How many events were fed.
    pub events: f64,
    /// How many bytes these have.
    pub fed_bytes: f64,
    /// How many bytes were taken.
    pub taken_bytes: f64,
}

/// Seconds, as criterion has them.
#[derive(Debug)]
pub struct RustCosts {
    /// To fold one event: compiled by rustc, by wasmtime, and as bytecode.
    pub event: [f64; 3],
    /// To compile the component, to load it compiled, and to make an instance of it.
    pub start: [f64; 3],
    /// The same as bytecode.
    pub portable_start: [f64; 3],
}

/// Measures it in Python, and reads what criterion has measured.
pub fn all(lab: &Lab, plan: &Plan, criterion: &Path) -> Result<Costs> {
    println!("the component");
    let wasm = artefact::path().display().to_string();
    let events = lab.folder().join("events.ndjson");
    let tests = (lines::FIRST..lines::FIRST + TESTS).map(lines::passing_test);
    let text: String = std::iter::once(lines::RUN_STARTED.to_owned())
        .chain(tests)
        .collect();
    fs::write(&events, text)?;
    let events = events.display().to_string();

    let python = TARGETS.map(|target| {
        let runs = (0..plan.component)
            .map(|_| lab.script("ours", "component.py", &[&wasm, &events, target]))
            .collect::<Result<Vec<Value>>>()?;
        medians(&runs)
    });
    let [native, portable] = python;
    let starts = (0..plan.component)
        .map(|_| lab.script("ours", "plugin_start.py", &[]))
        .collect::<Result<Vec<f64>>>()?;
    let compiling = match lab::can_count() {
        true => {
            let count = |arguments: &[&str]| lab.script_instructions("ours", COMPILING, arguments);
            Some(count(&[&wasm])? - count(&[])?)
        }
        false => None,
    };
    Ok(Costs {
        compiling,
        size: artefact::bytes().len() as f64,
        python: [native?, portable?],
        plugin_start: median(starts),
        rust: rust(criterion),
    })
}

/// The medians of each number in some objects.
fn medians(objects: &[Value]) -> Result<PythonCosts> {
    let first = objects.first().and_then(Value::as_object);
    let medians = first
        .context("nothing was measured")?
        .keys()
        .map(|key| {
            let values = objects.iter().filter_map(|object| object[key].as_f64());
            (key.clone(), Value::from(median(values.collect())))
        })
        .collect();
    Ok(serde_json::from_value(Value::Object(medians))?)
}

fn rust(criterion: &Path) -> Option<RustCosts> {
    let seconds = |group: &str, name: &str| {
        let path = criterion.join(group).join(name).join("new/estimates.json");
        let estimates: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        Some(estimates["median"]["point_estimate"].as_f64()? / 1e9)
    };
    let event = |name| Some(seconds("fold", name)? / CRITERION_EVENTS);
    let start = |name| {
        Some([
            seconds("start", &format!("compile-{name}"))?,
            seconds("start", &format!("load-{name}"))?,
            seconds("start", &format!("instantiate-{name}"))?,
        ])
    };
    Some(RustCosts {
        event: [event("rust")?, event("native")?, event("pulley")?],
        start: start("native")?,
        portable_start: start("pulley")?,
    })
}

/// How many events a run of `benches/component.rs` folds.
const CRITERION_EVENTS: f64 = 10_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_a_median_of_its_own() {
        let run = |feed: f64| {
            serde_json::json!({
                "import": 1.0, "compile": 2.0, "compile_unoptimized": 2.0, "load": 3.0,
                "instantiate": 4.0, "feed": feed,
                "take": 6.0, "artefact_bytes": 7, "events": 8, "fed_bytes": 9, "taken_bytes": 10,
            })
        };
        let costs = medians(&[run(5.0), run(9.0), run(7.0)]).unwrap();
        assert_eq!((costs.import, costs.feed, costs.events), (1.0, 7.0, 8.0));
        assert!(medians(&[]).is_err());
    }
}
