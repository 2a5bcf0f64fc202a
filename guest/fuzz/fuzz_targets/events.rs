//! Any bytes as the events of a run: whatever comes out is JSON, comes out once, is within its limits,
//! and goes in again as it was.

#![no_main]

use collector::limits;
use collector::run::{Outputs, Run};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use serde_json::value::RawValue;

const BOTH: Outputs = Outputs {
    uploads: true,
    results: true,
};

/// What a host writes before the results that it replays.
const RUN_STARTED: &str =
    r#"{"event":"run-started","format":1,"id":"0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b"}"#;

/// Fragments of which an input may be made: a byte above 0xED stands for one of them. They take the
/// fuzzer where it would hardly come by itself.
const FRAGMENTS: [&str; 18] = [
    "\n",
    "{\"event\":\"run-started\",\"format\":1,\"id\":\"0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b\"}\n",
    "{\"event\":\"test-started\",\"execution\":1,\"name\":\"a\",\"time\":1}\n",
    "{\"event\":\"test-started\",\"execution\":2,\"name\":\"b\",\"time\":2}\n",
    "{\"event\":\"test-finished\",\"execution\":1,\"time\":9,\"outcome\":\"passed\"}\n",
    "{\"event\":\"span\",\"execution\":1,\"section\":\"http\",\"start\":1,\"end\":2,\"id\":1,\"detail\":",
    "{\"event\":\"span\",\"execution\":1,\"section\":\"sql\",\"duration\":3,\"parent\":1,\"detail\":{\"query\":",
    "{\"event\":\"auto-span\",\"execution\":1,\"section\":\"http\",\"start\":2,\"count\":3,\"detail\":{\"url\":\"https://a:b@",
    "{\"event\":\"auto-span\",\"execution\":1,\"section\":\"sql\",\"start\":1,\"end\":2,\"detail\":{\"query\":\"a '",
    "{\"event\":\"phase\",\"execution\":1,\"when\":\"call\",\"outcome\":\"failed\",\"failures\":[{\"reason\":",
    "\"expanded\":[",
    "\"backtrace\":[",
    "{\"event\":\"result\",\"execution\":3,\"result\":{\"name\":\"c\",\"history\":{\"duration\":0.10,\"children\":[",
    "\"tags\":{",
    "\"failure_expanded\":[{\"expanded\":[",
    "{\"event\":\"uploaded\",\"executions\":[[1,2],[",
    "{\"event\":\"run-aborted\",\"reason\":",
    "}]}\n",
];

fuzz_target!(|bytes: &[u8]| {
    let mut expanded = Vec::new();
    for byte in bytes {
        match byte.checked_sub(0xee) {
            Some(fragment) => expanded.extend(FRAGMENTS[usize::from(fragment)].bytes()),
            None => expanded.push(*byte),
        }
    }
    let events = String::from_utf8_lossy(&expanded);

    // In two chunks, because that is where a fold forgets something.
    let middle = events.len() / 2;
    let whole_lines = events.as_bytes()[..middle]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |last| last + 1);
    let (first, second) = events.split_at(whole_lines);
    let mut run = Run::new(BOTH);
    run.feed(first);
    run.feed(second);
    run.finish();
    assert_eq!(run.running(), 0);
    for problem in run.problems() {
        let sentence = problem.sentence();
        assert!(!sentence.contains(char::is_control), "{sentence:?}");
        assert!(sentence.chars().count() <= 2 * limits::PROBLEM_CHARS);
    }

    let taken = results(&mut run);
    let counts = run.counts();
    let settled = counts.passed + counts.failed + counts.skipped + counts.unknown;
    assert_eq!(
        taken.len() as u64,
        if run.has_started() { settled } else { 0 }
    );
    for result in &taken {
        assert!(result.get().len() <= limits::RESULT_BYTES);
        assert!(!result.get().contains(['\u{1b}', '\u{9b}']));
        assert!(!result.get().contains(r"\u001b"));
    }
    uploads(&mut run, settled);
    replay(&taken);
});

/// All results that wait.
fn results(run: &mut Run) -> Vec<Box<RawValue>> {
    let mut taken = Vec::new();
    while let Some(results) = run.take_results(3) {
        let mut results: Vec<Box<RawValue>> =
            serde_json::from_str(&results).expect("an array of results");
        assert!(!results.is_empty());
        taken.append(&mut results);
    }
    taken
}

/// Takes all uploads that wait.
fn uploads(run: &mut Run, settled: u64) {
    let mut uploaded = 0;
    while let Some(upload) = run.take_upload(3) {
        assert!(upload.body.len() <= limits::UPLOAD_BYTES);
        let body: Value = serde_json::from_str(&upload.body).expect("a body");
        assert_eq!(
            body["data"].as_array().map(Vec::len),
            Some(upload.results as usize)
        );
        serde_json::from_str::<Value>(&upload.receipt).expect("a receipt");
        uploaded += u64::from(upload.results);
    }
    assert!(uploaded <= settled);
}

/// What came out goes in again, and comes out as it was.
fn replay(taken: &[Box<RawValue>]) {
    let mut run = Run::new(BOTH);
    run.feed(RUN_STARTED);
    for (result, number) in taken.iter().zip(1..) {
        let line = format!(r#"{{"event":"result","execution":{number},"result":{result}}}"#);
        assert!(run.feed(&line).rejected.is_empty(), "{line}");
    }
    assert_eq!(run.problems(), []);
    let again = results(&mut run);
    assert_eq!(again.len(), taken.len());
    for (before, after) in taken.iter().zip(&again) {
        assert_eq!(before.get(), after.get());
    }
}
