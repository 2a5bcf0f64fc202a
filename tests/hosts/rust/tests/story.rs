//! What libtest says, as events.

use rust_host::story::Story;
use serde_json::{Value, json};

#[test]
fn a_test_that_passes() {
    let events = heard(&[
        r#"{ "type": "suite", "event": "started", "test_count": 1 }"#,
        r#"{ "type": "test", "event": "started", "name": "cart::total" }"#,
        r#"{ "type": "test", "name": "cart::total", "event": "ok", "exec_time": 0.25 }"#,
    ]);
    assert_eq!(
        events,
        [
            json!({"event": "test-started", "execution": 1, "scope": "shop", "name": "cart::total",
                   "file": "shop/src/lib.rs", "time": 1_000}),
            json!({"event": "phase", "execution": 1, "when": "call", "outcome": "passed",
                   "start": 1_000, "end": 250_001_000}),
            json!({"event": "test-finished", "execution": 1, "time": 250_001_000}),
        ]
    );
}

#[test]
fn tests_at_the_same_time_keep_their_numbers() {
    let events = heard(&[
        r#"{"type":"test","event":"started","name":"a"}"#,
        r#"{"type":"test","event":"started","name":"b"}"#,
        r#"{"type":"test","name":"b","event":"ok"}"#,
        r#"{"type":"test","name":"a","event":"ok"}"#,
    ]);
    let numbers: Vec<_> = events
        .iter()
        .map(|event| event["execution"].as_u64())
        .collect();
    assert_eq!(numbers, [1, 2, 2, 2, 1, 1].map(Some));
}

#[test]
fn a_panic_has_a_reason_and_a_place() {
    let events = heard(&[
        r#"{"type":"test","event":"started","name":"a"}"#,
        r#"{"type":"test","name":"a","event":"failed","stdout":"hello\n\nthread 'a' (7) panicked at src/lib.rs:2:36:\nassertion failed: false\nnote: run\n"}"#,
    ]);
    let failure = &events[1]["failures"][0];
    assert_eq!(failure["reason"], "assertion failed: false");
    assert_eq!(failure["backtrace"], json!(["src/lib.rs:2:36"]));
    assert_eq!(failure["expanded"][0], "hello");
}

#[test]
fn what_is_no_panic_has_a_reason_too() {
    let reason = |rest: &str| {
        let events = heard(&[
            r#"{"type":"test","event":"started","name":"a"}"#,
            &format!(r#"{{"type":"test","name":"a",{rest}}}"#),
        ]);
        (
            events[1]["outcome"].clone(),
            events[1]["failures"][0]["reason"].clone(),
        )
    };
    let pair = |outcome: &str, reason: &str| (json!(outcome), json!(reason));
    assert_eq!(
        reason(r#""event":"ignored","message":"later""#),
        pair("skipped", "later")
    );
    assert_eq!(
        reason(r#""event":"failed","message":"test did not panic as expected""#),
        pair("failed", "test did not panic as expected")
    );
    assert_eq!(
        reason(r#""event":"failed","stdout":"Error: \"no\"\n""#),
        pair("failed", "Error: \"no\"")
    );
    assert_eq!(reason(r#""event":"failed""#), pair("failed", "it failed"));
}

#[test]
fn a_test_whose_process_is_gone_has_failed() {
    let mut story = Story::default();
    story.hear(
        r#"{"type":"test","event":"started","name":"a"}"#,
        "shop",
        "",
        5,
    );
    let events = story.ended("signal 6", 9);
    assert_eq!(events[0]["when"], "crash");
    assert_eq!(events[0]["failures"][0]["reason"], "signal 6");
    assert_eq!(events[1]["event"], "test-finished");
    assert!(story.ended("again", 10).is_empty());
}

#[test]
fn noise_is_passed_over() {
    let lines = [
        "",
        "running 1 test",
        r#"{"type":"test","event":"timeout","name":"a"}"#,
        r#"{"type":"test","event":"ok","name":"never started"}"#,
        r#"{"type":"bench","event":"started","name":"a"}"#,
    ];
    assert!(heard(&lines).is_empty());
}

fn heard(lines: &[&str]) -> Vec<Value> {
    let mut story = Story::default();
    lines
        .iter()
        .flat_map(|line| story.hear(line, "shop", "shop/src/lib.rs", 1_000))
        .collect()
}
