//! Large runs: nothing traps, cost is linear, and memory is what waits to be taken.

use contract::host::{Collector, Host, MEMORY, MIB, Outputs, Run};
use contract::lines::{self, FIRST};
use serde_json::Value;

/// As many tests as lie in a chunk of about a megabyte.
const CHUNK: u64 = 2_000;

/// Work for ten times as many tests, over ten times the work, may be off 1 by this.
const TOLERANCE: f64 = 0.05;

#[test]
fn a_hundred_thousand_tests_fold() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS).unwrap();
    feed_tests(&mut run, 100_000, |_| ());
    run.finish().unwrap();

    let summary = run.summary().unwrap();
    assert_eq!((summary.passed, summary.running), (100_000, 0));
    assert_eq!((summary.rejected_lines, summary.problem_count), (0, 0));
    let uploads = run.take_uploads(5_000).unwrap();
    assert_eq!(
        uploads.iter().map(|upload| upload.results).sum::<u32>(),
        100_000
    );
    let results = run.take_all_results(10_000).unwrap();
    assert_eq!(results.len(), 10);
    run.close().unwrap();
}

#[test]
fn cost_is_linear() {
    let [small, large] = [10_000, 100_000].map(|tests| {
        let mut collector = Host::metered().collector(MEMORY).unwrap();
        let before = collector.work().unwrap();
        let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS).unwrap();
        feed_tests(&mut run, tests, |_| ());
        run.finish().unwrap();
        run.take_uploads(5_000).unwrap();
        run.take_all_results(5_000).unwrap();
        run.close().unwrap();
        (collector.work().unwrap() - before) as f64
    });
    let ratio = large / small / 10.0;
    assert!((ratio - 1.0).abs() <= TOLERANCE, "{ratio}");
}

/// What has been taken is gone: a run of any length fits where a few thousand results do.
#[test]
fn memory_does_not_grow_with_what_has_been_taken() {
    let mut collector = Host::shared().collector(8 * MIB).unwrap();
    let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS).unwrap();
    feed_tests(&mut run, 100_000, |run| {
        assert_eq!(run.take_uploads(500).unwrap().len(), 4);
        assert_eq!(run.take_all_results(500).unwrap().len(), 4);
    });
    run.close().unwrap();
}

#[test]
fn as_many_spans_in_one_test_as_are_kept() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let test = test_with_spans(&mut collector, |id| lines::span(FIRST, id, None));
    let children = test["history"]["children"].as_array().unwrap();
    assert_eq!(children.len(), SPANS as usize);
}

#[test]
fn a_chain_of_spans() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let test = test_with_spans(&mut collector, |id| {
        lines::span(FIRST, id, id.checked_sub(1))
    });
    assert_eq!(count(&test["history"]), SPANS + 1);
}

#[test]
fn a_chain_of_spans_that_comes_from_its_end() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let test = test_with_spans(&mut collector, |id| {
        let parent = (id + 1 < SPANS).then_some(id + 1);
        lines::span(FIRST, id, parent)
    });
    assert_eq!(count(&test["history"]), SPANS + 1);
}

#[test]
fn a_ring_of_spans() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let test = test_with_spans(&mut collector, |id| {
        lines::span(FIRST, id, Some((id + 1) % SPANS))
    });
    assert_eq!(count(&test["history"]), SPANS + 1);
}

/// In the memory of those that are kept; the others are counted and summed.
#[test]
fn eight_hundred_thousand_spans_in_one_test() {
    const ALL: u64 = 800_000;
    let mut collector = Host::shared().collector(16 * MIB).unwrap();
    let mut run = collector.run(Outputs::UPLOADS).unwrap();
    run.feed(lines::RUN_STARTED).unwrap();
    run.feed(&lines::test_started(FIRST)).unwrap();
    for first in (0..ALL).step_by(4_000) {
        let spans: String = (first..first + 4_000)
            .map(|id| lines::span(FIRST, id, None))
            .collect();
        run.feed(&spans).unwrap();
    }
    run.feed(&lines::test_finished(FIRST)).unwrap();
    let body = run.take_upload(1).unwrap().unwrap().body;
    assert!(body.len() < 2 * MIB, "{}", body.len());
    let problems = run.summary().unwrap().problems;
    let sum = format!(
        "tests/test_volume.py::test_{FIRST}, {} sql in 0.0 s",
        ALL - SPANS
    );
    assert_eq!(
        problems,
        [format!("{sum}: the shortest spans are left out")]
    );
    run.close().unwrap();
}

/// A receipt names results that need not be beside each other, nor in any order.
#[test]
fn receipts_cost_as_much_as_they_are() {
    let work = |receipts: u64, is_reversed: bool| {
        let mut collector = Host::metered().collector(MEMORY).unwrap();
        let mut run = collector.run(Outputs::UPLOADS).unwrap();
        feed_tests(&mut run, 2 * receipts, |_| ());
        let before = run.work().unwrap();
        for n in 0..receipts {
            let n = if is_reversed { receipts - 1 - n } else { n };
            let number = FIRST + 2 * n;
            let receipt = format!(r#"{{"event":"uploaded","executions":[[{number},{number}]]}}"#);
            let progress = run.feed(&receipt).unwrap();
            assert!(progress.uploadable >= receipts);
        }
        let work = (run.work().unwrap() - before) as f64;
        assert_eq!(run.feed("").unwrap().uploadable, receipts);
        run.close().unwrap();
        work
    };
    for is_reversed in [false, true] {
        let [small, large] = [4_000, 40_000].map(|receipts| work(receipts, is_reversed));
        let ratio = large / small / 10.0;
        // Finding one among ten times as many takes a step or two more.
        assert!(ratio < 1.5, "{ratio}");
    }
}

#[test]
fn twenty_thousand_tests_at_the_same_time() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let mut run = collector.run(Outputs::UPLOADS).unwrap();
    run.feed(lines::RUN_STARTED).unwrap();
    let numbers = FIRST..FIRST + 20_000;
    let started: String = numbers.clone().map(lines::test_started).collect();
    run.feed(&started).unwrap();
    // The oldest ends last.
    let finished: String = numbers.rev().map(lines::test_finished).collect();
    run.feed(&finished).unwrap();
    let summary = run.summary().unwrap();
    assert_eq!((summary.unknown, summary.running), (20_000, 0));
    run.close().unwrap();
}

/// How many spans of a test are kept.
const SPANS: u64 = 5_000;

/// Feeds a run of passing tests, a chunk at a time.
fn feed_tests(run: &mut Run<'_>, tests: u64, mut after_chunk: impl FnMut(&mut Run<'_>)) {
    run.feed(lines::RUN_STARTED).unwrap();
    for first in (0..tests).step_by(CHUNK as usize) {
        let chunk: String = (first..first + CHUNK)
            .map(|number| lines::passing_test(FIRST + number))
            .collect();
        assert_eq!(run.feed(&chunk).unwrap().rejected.len(), 0);
        after_chunk(run);
    }
    run.feed(lines::RUN_FINISHED).unwrap();
}

/// The result of one test with many spans.
fn test_with_spans(collector: &mut Collector, span: impl Fn(u64) -> String) -> Value {
    let mut run = collector.run(Outputs::RESULTS).unwrap();
    run.feed(lines::RUN_STARTED).unwrap();
    run.feed(&lines::test_started(FIRST)).unwrap();
    let spans: String = (0..SPANS).map(span).collect();
    run.feed(&spans).unwrap();
    run.feed(&lines::test_finished(FIRST)).unwrap();
    let results = run.take_results(1).unwrap().unwrap();
    run.close().unwrap();
    let mut results: Vec<Value> = serde_json::from_str(&results).unwrap();
    results.remove(0)
}

/// How many spans there are, this one included.
fn count(span: &Value) -> u64 {
    let children = span["children"].as_array().into_iter().flatten();
    children.map(count).sum::<u64>() + 1
}
