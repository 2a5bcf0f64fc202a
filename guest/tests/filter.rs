//! A run as a filter, on streams that behave and on some that do not.

use std::io::{self, Read, Write};

use collector::filter::{Form, filter};
use collector::run::{Outputs, Run};

const RUN_STARTED: &str =
    r#"{"event":"run-started","format":1,"id":"0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b"}"#;
const RUN_FINISHED: &str = r#"{"event":"run-finished","time":9000}"#;

#[test]
fn bodies_are_those_of_a_run_that_is_fed_at_once() {
    let events = run_of(1_203);
    let mut run = Run::new(Outputs {
        uploads: true,
        results: false,
    });
    run.feed(&events);
    run.finish();
    let bodies = std::iter::from_fn(|| run.take_upload(500));
    let expected: String = bodies.map(|upload| upload.body + "\n").collect();

    for size in [1, 7, 4_096, 1 << 20] {
        let filtered = filtered(Pieces(events.as_bytes(), size));
        assert_eq!(
            filtered,
            (Ok(()), expected.clone(), String::new()),
            "{size}"
        );
    }
}

#[test]
fn a_last_line_needs_no_break() {
    let events = run_of(1);
    let (result, output, _) = filtered(events.trim_end().as_bytes());
    assert_eq!((result, output.lines().count()), (Ok(()), 1));
}

#[test]
fn a_line_that_is_no_event_is_told_and_the_others_count() {
    let events = run_of(2).replacen('\n', "\nnonsense\n", 1);
    let (result, output, said) = filtered(events.as_bytes());
    assert_eq!(result, Err(()));
    assert_eq!(output.matches(r#""name":"#).count(), 2);
    assert!(said.starts_with("line 2: not an event: "), "{said}");
}

/// It is told by its number, and costs no more memory than shows that it is too long.
#[test]
fn a_line_without_an_end_is_told() {
    let events = run_of(2);
    let (start, rest) = events.split_at(events.find('\n').unwrap() + 1);
    let long = "x".repeat(20 << 20) + "\n";
    let (result, output, said) = filtered([start, &long, rest].concat().as_bytes());
    assert_eq!(result, Err(()));
    assert_eq!(output.matches(r#""name":"#).count(), 2);
    assert_eq!(said, "line 2: not an event: longer than 8388608 bytes\n");
}

/// As many as are quoted, and a line that says that there are more.
#[test]
fn many_lines_that_are_no_events_are_told_once() {
    for (count, expected) in [(19, 19), (20, 20), (40, 20)] {
        let events = run_of(1) + &"nonsense\n".repeat(count);
        let (_, _, said) = filtered(events.as_bytes());
        assert_eq!(said.lines().count(), expected);
        let has_more = said.ends_with("and more lines are not events\n");
        assert_eq!(has_more, count > 19, "{count}: {said}");
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let events = run_of(1).replace("test_1", "test_?");
    let bytes: Vec<u8> = events
        .bytes()
        .map(|byte| if byte == b'?' { 0xff } else { byte })
        .collect();
    let (result, output, said) = filtered(bytes.as_slice());
    assert_eq!((result, said.as_str()), (Ok(()), ""));
    assert!(output.contains("test_\u{fffd}"), "{output}");
}

#[test]
fn without_a_run_nothing_is_made() {
    for events in ["", "\n\n", RUN_FINISHED] {
        let (result, output, said) = filtered(events.as_bytes());
        assert_eq!((result, output.as_str()), (Err(()), ""));
        assert_eq!(said, "without a run-started nothing can be made\n");
    }
}

#[test]
fn a_run_without_tests_is_well() {
    let events = format!("{RUN_STARTED}\n{RUN_FINISHED}\n");
    assert_eq!(
        filtered(events.as_bytes()),
        (Ok(()), String::new(), String::new())
    );
}

/// As `collector.wasm < events.ndjson | head -1` has it: no more is read than is taken.
#[test]
fn an_output_that_closes_ends_it() {
    let events = run_of(5_000);
    let mut input = Pieces(events.as_bytes(), 1 << 16);
    let mut said = String::new();
    let result = filter(Form::Uploads, &mut input, &mut Broken, &mut said);
    assert_eq!(
        (result, said.as_str()),
        (Err(()), "the output cannot be written\n")
    );
    assert!(input.0.len() > events.len() / 2);
}

#[test]
fn an_input_that_breaks_ends_it() {
    let events = run_of(2);
    let (result, output, said) = filtered(events.as_bytes().chain(Broken));
    assert_eq!((result, output.as_str()), (Err(()), ""));
    assert_eq!(said, "the input cannot be read\n");
}

fn filtered(mut input: impl Read) -> (Result<(), ()>, String, String) {
    let (mut output, mut said) = (Vec::new(), String::new());
    let result = filter(Form::Uploads, &mut input, &mut output, &mut said);
    (result, String::from_utf8(output).unwrap(), said)
}

/// The lines of a run of so many tests.
fn run_of(tests: u32) -> String {
    let tests = (1..=tests).flat_map(|number| {
        [
            format!(
                r#"{{"event":"test-started","execution":{number},"name":"test_{number}","time":{number}}}"#
            ),
            format!(r#"{{"event":"test-finished","execution":{number},"time":{number}}}"#),
        ]
    });
    [RUN_STARTED.to_owned()]
        .into_iter()
        .chain(tests)
        .chain([RUN_FINISHED.to_owned()])
        .map(|line| line + "\n")
        .collect()
}

/// Bytes that come in pieces of at most a size.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = buffer.len().min(self.1);
        self.0.read(&mut buffer[..size])
    }
}

/// A stream that does not work.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
