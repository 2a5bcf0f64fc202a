//! What the component alone costs, in the `wasmtime` crate and in wasmtime-py.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use contract::host::{Host, MEMORY, Outputs};
use contract::{artefact, lines};
use serde::Deserialize;
use serde_json::Value;

use crate::lab::Lab;
use crate::plan::Plan;
use crate::statistics::median;
use crate::wrapper;

/// How many tests the events are of that Python feeds.
const TESTS: u64 = 10_000;

/// What wasmtime compiles for: the processor, or bytecode that runs everywhere.
pub const TARGETS: [&str; 2] = ["native", "pulley64"];

/// What does what the end of a run cannot do without, and nothing else.
const ENDING: &str = "ending.py";

/// How many results the plugin puts into a body.
const BATCH: u32 = 500;

/// What was measured of the component.
#[derive(Debug)]
pub struct Costs {
    /// The size of the component itself, in bytes.
    pub size: f64,
    /// In wasmtime-py, for each of the targets.
    pub python: [PythonCosts; 2],
    /// Milliseconds of CPU until the plugin has it ready, with wasmtime imported and nothing cached.
    pub plugin_start: f64,
    /// What the end of a run cannot do without.
    pub ending: Ending,
    /// What criterion measured; none where its benchmarks were not run.
    pub rust: Option<RustCosts>,
}

/// What `python/ending.py` takes for the results of the suite whose instructions are counted.
#[derive(Debug)]
pub struct Ending {
    /// Milliseconds of CPU.
    pub cpu: f64,
    /// Instructions; none where they are not counted.
    pub instructions: Option<f64>,
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
    Ok(Costs {
        ending: ending(lab, plan, &wasm)?,
        size: artefact::bytes().len() as f64,
        python: [native?, portable?],
        plugin_start: median(starts),
        rust: rust(criterion),
    })
}

fn ending(lab: &Lab, plan: &Plan, wasm: &str) -> Result<Ending> {
    let bodies = lab.folder().join("bodies.ndjson");
    fs::write(&bodies, some_bodies())?;
    let bodies = bodies.display().to_string();
    let count = plan.instructions.div_ceil(BATCH as usize).to_string();
    let arguments = [wasm, &bodies, &count];
    let runs = (0..plan.component)
        .map(|_| lab.script("ours", ENDING, &arguments))
        .collect::<Result<Vec<f64>>>()?;
    let count = |arguments: &[&str]| lab.script_instructions("ours", ENDING, arguments);
    Ok(Ending {
        cpu: median(runs),
        instructions: match wrapper::can_count() {
            true => Some(count(&arguments)? - count(&[])?),
            false => None,
        },
    })
}

/// Bodies of the component's, one a line.
fn some_bodies() -> String {
    const TRAP: &str = "it does not trap";
    let mut collector = Host::shared().collector(MEMORY).expect(TRAP);
    let mut run = collector.run(Outputs::UPLOADS).expect(TRAP);
    run.feed(&uneven_tests(TESTS)).expect(TRAP);
    run.finish().expect(TRAP);
    let uploads = run.take_uploads(BATCH).expect(TRAP);
    uploads.into_iter().map(|each| each.body + "\n").collect()
}

/// The events of tests whose times have no pattern that compressing could find, as the plugin
/// writes them.
fn uneven_tests(count: u64) -> String {
    let mut lines = lines::RUN_STARTED.to_owned();
    let mut time = 0;
    for number in 1..=count {
        let file = format!("test_{:04}.py", number / 100);
        let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let start = time + 100_000 + noise % 50_000;
        let end = start + 300_000 + noise % 200_000;
        lines += &format!(
            concat!(
                r#"{{"event":"test-started","execution":{number},"scope":"{file}","#,
                r#""name":"test_{number}","file":"{file}","line":{line},"time":{time}}}"#,
                "\n",
                r#"{{"event":"test-finished","execution":{number},"time":{end},"#,
                r#""outcome":"passed","start":{start}}}"#,
                "\n"
            ),
            number = number,
            file = file,
            line = number % 100 * 4 + 4,
            time = time,
            end = end,
            start = start,
        );
        time = end;
    }
    lines
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
