//! A run as a filter: events in, bodies out.
//!
//! What is taken is gone, so that a run of any length fits where a few hundred results do. The
//! price: an `uploaded` event counts only for results that come after it.

use std::cmp::Ordering;
use std::io::{Read, Write};

use crate::limits;
use crate::run::{Outputs, Run};

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
pub fn filter(input: &mut impl Read, output: &mut impl Write, said: &mut String) -> Result<(), ()> {
    let mut run = Run::new(Outputs {
        uploads: true,
        results: false,
    });
    let streamed = stream(&mut run, input, output, said);
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
        while (is_over || run.uploadable() >= u64::from(limits::FILTERED_RESULTS))
            && let Some(mut upload) = run.take_upload(limits::FILTERED_RESULTS)
        {
            upload.body.push('\n');
            if output.write_all(upload.body.as_bytes()).is_err() {
                line(said, "the output cannot be written");
                return Err(());
            }
        }
        if is_over {
            return Ok(());
        }
    }
}

fn line(said: &mut String, text: &str) {
    said.push_str(text);
    said.push('\n');
}
