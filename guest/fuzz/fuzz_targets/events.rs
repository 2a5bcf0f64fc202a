//! Any bytes as the events of a run: whatever comes out is JSON, and everything comes out once.

#![no_main]

use collector::run::{Outputs, Run};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let events = String::from_utf8_lossy(bytes);
    let mut run = Run::new(Outputs {
        uploads: true,
        results: true,
    });
    // In two chunks, because that is where a fold forgets something.
    let middle = events.len() / 2;
    let whole_lines = events.as_bytes()[..middle]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |last| last + 1);
    let (first, second) = events.split_at(whole_lines);
    run.feed(first);
    run.feed(second);
    run.finish();
    assert_eq!(run.running(), 0);

    let counts = run.counts();
    let expected = counts.passed + counts.failed + counts.skipped + counts.unknown;
    let mut taken = 0;
    while let Some(results) = run.take_results(3) {
        let results: Vec<Value> = serde_json::from_str(&results).expect("an array of results");
        assert!(!results.is_empty());
        taken += results.len() as u64;
    }
    assert_eq!(taken, expected);

    let mut uploaded = 0;
    while let Some(upload) = run.take_upload(3) {
        let body: Value = serde_json::from_str(&upload.body).expect("a body");
        assert_eq!(
            body["data"].as_array().map(Vec::len),
            Some(upload.results as usize)
        );
        serde_json::from_str::<Value>(&upload.receipt).expect("a receipt");
        uploaded += u64::from(upload.results);
    }
    assert!(uploaded <= expected);
});
