//! Event lines by the thousand.

use std::fmt::Write;

/// The number of the first execution: large, so that all numbers of a test have the same digits
/// and no test is a longer text than another.
pub const FIRST: u64 = 1_000_000;

/// The run's first line, with its line break.
pub const RUN_STARTED: &str = concat!(
    r#"{"event":"run-started","format":1,"id":"0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b"}"#,
    "\n"
);

/// The run's last line, with its line break.
pub const RUN_FINISHED: &str = concat!(
    r#"{"event":"run-finished","time":9007199254740991,"status":0}"#,
    "\n"
);

/// A test that passes, in five lines.
#[must_use]
pub fn passing_test(number: u64) -> String {
    let start = number * 1_000_000;
    let mut lines = test_started(number);
    for (when, offset) in [("setup", 0), ("call", 100_000), ("teardown", 200_000)] {
        let (start, end) = (start + offset, start + offset + 100_000);
        line(
            &mut lines,
            format_args!(
                r#""event":"phase","execution":{number},"when":"{when}","outcome":"passed","start":{start},"end":{end}"#
            ),
        );
    }
    lines.push_str(&test_finished(number));
    lines
}

/// A test that begins.
#[must_use]
pub fn test_started(number: u64) -> String {
    let mut lines = String::new();
    let start = number * 1_000_000;
    line(
        &mut lines,
        format_args!(
            r#""event":"test-started","execution":{number},"scope":"tests/test_volume.py","name":"test_{number}","file":"tests/test_volume.py","line":{number},"time":{start}"#
        ),
    );
    lines
}

/// A test that ends.
#[must_use]
pub fn test_finished(number: u64) -> String {
    let mut lines = String::new();
    let end = number * 1_000_000 + 300_000;
    line(
        &mut lines,
        format_args!(r#""event":"test-finished","execution":{number},"time":{end}"#),
    );
    lines
}

/// A span, in another or not.
#[must_use]
pub fn span(number: u64, id: u64, parent: Option<u64>) -> String {
    let mut lines = String::new();
    let parent = parent.map_or_else(|| "null".to_owned(), |parent| parent.to_string());
    line(
        &mut lines,
        format_args!(
            r#""event":"span","execution":{number},"section":"sql","start":{id},"end":{id},"detail":{{"query":"SELECT 1"}},"id":{id},"parent":{parent}"#
        ),
    );
    lines
}

/// A call that takes this long, recorded by the host. The detail is JSON.
#[must_use]
pub fn auto_span(number: u64, section: &str, duration: u64, detail: &str) -> String {
    let mut lines = String::new();
    let start = number * 1_000_000;
    let end = start + duration;
    line(
        &mut lines,
        format_args!(
            r#""event":"auto-span","execution":{number},"section":"{section}","start":{start},"end":{end},"detail":{detail}"#
        ),
    );
    lines
}

fn line(lines: &mut String, fields: std::fmt::Arguments<'_>) {
    writeln!(lines, "{{{fields}}}").expect("a string takes everything");
}
