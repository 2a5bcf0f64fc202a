//! What libtest says, as events.
//!
//! libtest's JSON (`--format json`) is not stable, but has been the same for years; what it does
//! not know is passed over here, too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// The story of a run: lines of libtest's in, events out.
#[derive(Debug, Default)]
pub struct Story {
    last: u64,
    /// The tests that run, by name: their execution's number, and when they started.
    running: BTreeMap<String, (u64, u64)>,
}

/// A line of libtest's.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    subject: String,
    event: String,
    #[serde(default)]
    name: String,
    exec_time: Option<f64>,
    stdout: Option<String>,
    message: Option<String>,
}

impl Story {
    /// The events that follow from a line that came at a time, in nanoseconds since the run
    /// started, from a binary whose tests have this scope and file.
    pub fn hear(&mut self, line: &str, scope: &str, file: &str, time: u64) -> Vec<Value> {
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            return Vec::new();
        };
        if line.subject != "test" {
            return Vec::new();
        }
        let outcome = match line.event.as_str() {
            "started" => {
                self.last += 1;
                let execution = self.last;
                let started = json!({
                    "event": "test-started", "execution": execution, "scope": scope,
                    "name": line.name, "file": file, "time": time,
                });
                self.running.insert(line.name, (execution, time));
                return vec![started];
            }
            "ok" => "passed",
            "ignored" => "skipped",
            "failed" => "failed",
            // `timeout` says only that a test is slow.
            _ => return Vec::new(),
        };
        let Some((execution, start)) = self.running.remove(&line.name) else {
            return Vec::new();
        };
        // libtest measures better than whoever reads its lines.
        let end = line
            .exec_time
            .map_or(time, |seconds| start + (seconds * 1e9) as u64);
        let mut phase = json!({
            "event": "phase", "execution": execution, "when": "call",
            "outcome": outcome, "start": start, "end": end,
        });
        if outcome != "passed" {
            phase["failures"] = json!([failure(&line)]);
        }
        vec![phase, finished(execution, end)]
    }

    /// The events that follow when a binary has ended: a test that it ran has not finished.
    pub fn ended(&mut self, why: &str, time: u64) -> Vec<Value> {
        std::mem::take(&mut self.running)
            .into_values()
            .flat_map(|(execution, start)| {
                let phase = json!({
                    "event": "phase", "execution": execution, "when": "crash",
                    "outcome": "failed", "start": start, "end": time,
                    "failures": [{"reason": why}],
                });
                [phase, finished(execution, time)]
            })
            .collect()
    }
}

fn finished(execution: u64, time: u64) -> Value {
    json!({"event": "test-finished", "execution": execution, "time": time})
}

/// Why a test did not pass: the panic's message and place, and all that the test wrote.
fn failure(line: &Line) -> Value {
    let output = line.stdout.as_deref().unwrap_or_default();
    let mut panic = output
        .lines()
        .skip_while(|line| !line.contains(" panicked at "));
    let place = panic
        .next()
        .and_then(|line| line.split_once(" panicked at "));
    let reason = panic
        .next()
        .or(line.message.as_deref())
        .or_else(|| output.lines().last())
        .unwrap_or("it failed");
    json!({
        "reason": reason,
        "expanded": output.lines().collect::<Vec<_>>(),
        "backtrace": place.map(|(_, place)| place.trim_end_matches(':')).into_iter().collect::<Vec<_>>(),
    })
}
