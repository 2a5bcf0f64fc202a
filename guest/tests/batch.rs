//! The report of a batch of tests.

use collector::run::{Outputs, Run};
use serde_json::{Value, json};

/// A run with a location prefix that has begun.
fn run() -> Run {
    let mut run = Run::new(Outputs {
        uploads: true,
        results: false,
    });
    feed(
        &mut run,
        &json!({"event": "run-started", "format": 1, "id": "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b",
            "environment": {}, "settings": {"location_prefix": "shop"}}),
    );
    run
}

fn feed(run: &mut Run, event: &Value) {
    let progress = run.feed(&format!("{event}\n"));
    assert_eq!(progress.rejected, []);
}

/// An execution of a test of `test_a.py`, from its start to its end.
fn execute(run: &mut Run, number: u64, name: &str, outcome: &str) {
    let time = 10 * number;
    feed(
        run,
        &json!({"event": "test-started", "execution": number, "scope": "test_a.py", "name": name,
            "file": "base.py", "line": 3, "time": time}),
    );
    feed(
        run,
        &json!({"event": "phase", "execution": number, "when": "call", "outcome": outcome,
            "start": time, "end": time + 5}),
    );
    feed(
        run,
        &json!({"event": "test-finished", "execution": number, "time": time + 5}),
    );
}

fn asked(names: &[&str]) -> Vec<(String, String)> {
    let of = |name: &&str| (format!("test_a.py::{name}"), "test_a.py".to_owned());
    names.iter().map(of).collect()
}

/// What a report says of each test, in order.
fn report(run: &mut Run) -> Vec<(String, String)> {
    let report: Vec<Value> = serde_json::from_str(&run.take_batch()).unwrap();
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    let of = |entry: &Value| (text(entry, "name"), text(entry, "result"));
    report.iter().map(of).collect()
}

fn entry(name: &str, result: &str) -> (String, String) {
    (name.to_owned(), result.to_owned())
}

#[test]
fn each_test_is_in_it_once_with_its_last_attempt_in_the_order_in_which_they_ended() {
    let mut run = run();
    run.keep_batch(asked(&["one", "two", "three"]));
    execute(&mut run, 1, "one", "failed");
    execute(&mut run, 2, "two", "passed");
    execute(&mut run, 3, "one", "passed");
    assert_eq!(
        report(&mut run),
        [entry("two", "passed"), entry("one", "passed")]
    );
    // Every attempt is uploaded.
    assert_eq!(run.take_upload(10).unwrap().results, 3);
}

#[test]
fn nothing_is_in_it_that_was_not_asked_for() {
    let mut run = run();
    execute(&mut run, 1, "before", "passed");
    run.keep_batch(asked(&["before", "asked"]));
    execute(&mut run, 2, "not_asked", "failed");
    execute(&mut run, 3, "asked", "passed");
    assert_eq!(report(&mut run), [entry("asked", "passed")]);
    execute(&mut run, 4, "asked", "passed");
    assert_eq!(report(&mut run), []);
}

#[test]
fn its_file_is_the_one_that_was_asked_for_and_has_no_prefix() {
    let mut run = run();
    run.keep_batch(asked(&["one"]));
    execute(&mut run, 1, "one", "passed");
    let report: Value = serde_json::from_str(&run.take_batch()).unwrap();
    assert_eq!(report[0]["file_name"], "test_a.py");
    assert_eq!(report[0]["location"], "base.py:3");
    let upload: Value = serde_json::from_str(&run.take_upload(1).unwrap().body).unwrap();
    assert_eq!(upload["data"][0]["file_name"], "shop/base.py");
    assert_eq!(upload["data"][0]["id"], report[0]["id"]);
}

#[test]
fn a_test_is_known_by_what_is_left_of_its_name() {
    let long = "x".repeat(20_000);
    let colored = "test_\u{1b}[31mred";
    let mut run = run();
    run.keep_batch(asked(&[&long, colored]));
    execute(&mut run, 1, colored, "failed");
    execute(&mut run, 2, &long, "failed");
    assert_eq!(report(&mut run).len(), 2);
}
