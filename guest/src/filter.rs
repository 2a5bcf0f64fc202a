//! A run as a filter: events in, bodies out.
//!
//! What is taken is gone, so that a run of any length fits where a few hundred results do. The
//! price: an `uploaded` event counts only for results that come after it.

use std::cmp::Ordering;
use std::io::{Read, Write};

use crate::encode::otlp::{Encoding, Settings};
use crate::limits;
use crate::run::{Outputs, Run};

/// What is made of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Bodies of uploads.
    Uploads,
    /// Requests with traces, as JSON.
    Traces,
}

/// Reads events to their end, and writes each request's body as a line.
///
/// What a person should hear of goes to `said`, a line each, whatever is returned.
///
/// # Errors
///
/// Where a line was no event, no run was among them, or a stream broke.
#[expect(
    clippy::result_unit_err,
    reason = "a program's exit status knows no more"
)]
pub fn filter(
    form: Form,
    input: &mut impl Read,
    output: &mut impl Write,
    said: &mut String,
) -> Result<(), ()> {
    let mut run = Run::new(Outputs {
        uploads: form == Form::Uploads,
        results: false,
    });
    if form == Form::Traces {
        run.keep_traces(Settings {
            encoding: Encoding::Json,
            service: String::new(),
        });
    }
    let streamed = stream(form, &mut run, input, output, said);
    for problem in run.problems().iter().take(limits::QUOTED) {
        line(said, &problem.sentence());
    }
    if !run.has_started() {
        line(said, "without a run-started nothing can be made");
    }
    match run.has_started() && run.rejected_lines() == 0 {
        true => streamed,
        false => Err(()),
    }
}

fn stream(
    form: Form,
    run: &mut Run,
    input: &mut impl Read,
    output: &mut impl Write,
    said: &mut String,
) -> Result<(), ()> {
    let mut chunk = vec![0; limits::CHUNK_BYTES];
    // What of a line has come without its end.
    let mut rest = Vec::new();
    let mut count = 0;
    loop {
        let Ok(size) = input.read(&mut chunk) else {
            line(said, "the input cannot be read");
            return Err(());
        };
        let is_over = size == 0;
        let start = rest.len();
        rest.extend_from_slice(&chunk[..size]);
        let end = match chunk[..size].iter().rposition(|byte| *byte == b'\n') {
            _ if is_over => start,
            Some(last) => start + last + 1,
            None => {
                // Of a line that is too long no more is kept than shows that.
                rest.truncate(limits::LINE_BYTES + 1);
                continue;
            }
        };
        for rejected in run.feed(&String::from_utf8_lossy(&rest[..end])).rejected {
            count += 1;
            match count.cmp(&limits::QUOTED) {
                Ordering::Less => {
                    line(said, &format!("line {}: {}", rejected.line, rejected.error))
                }
                Ordering::Equal => line(said, "and more lines are not events"),
                Ordering::Greater => {}
            }
        }
        rest.drain(..end);
        if is_over {
            run.finish();
        }
        while (is_over || run.waiting() >= u64::from(limits::FILTERED_RESULTS))
            && let Some(mut body) = take(form, run)
        {
            body.push('\n');
            if output.write_all(body.as_bytes()).is_err() {
                line(said, "the output cannot be written");
                return Err(());
            }
        }
        if is_over {
            return Ok(());
        }
    }
}

fn take(form: Form, run: &mut Run) -> Option<String> {
    match form {
        Form::Uploads => Some(run.take_upload(limits::FILTERED_RESULTS)?.body),
        Form::Traces => Some(run.take_traces(limits::FILTERED_RESULTS)?.body),
    }
}

fn line(said: &mut String, text: &str) {
    said.push_str(text);
    said.push('\n');
}
