//! The report page's data: a run as columns, packed for a page that shows 100,000 tests.
//!
//! A test takes a place in each column as soon as it is settled, a text stands once, and times are whole
//! microseconds. What a page shows at once is in the columns; the texts of failures are apart, in blocks
//! ([`Details`]). Columns say what results say, but for this:
//!
//! | left out | because |
//! |---|---|
//! | the ids of executions | they follow from the run's id and the execution's number |
//! | what of a time below a millisecond is finer than a microsecond | nobody sees it |
//! | how long before its test a span began, and when it ended | a span is drawn in its test, by its start and duration |
//! | fields of an earlier result that Test Engine does not document | nobody knows what they mean |
//!
//! ```text
//!              ┌──► tests, spans ──► columns
//! Ended ───────┼──► details ───────► blocks
//!              └──► without_script ► a fragment of HTML
//! ```

mod column;
mod details;
mod spans;
mod table;
mod tests;
mod without_script;

use super::{Header, test_engine};
use crate::event::Tool;
use crate::execution::{Ended, TestResult};
use crate::json::Writer;
use crate::limits;
use crate::problem::Problem;
use crate::tag::Tags;
use details::Details;
use spans::Spans;
use table::Table;
use tests::Tests;
use without_script::WithoutScript;

/// The version of the columns that this writes.
const FORMAT: u64 = 1;

/// What a page shows of a run, without the blocks of failure texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The columns: JSON.
    pub columns: String,
    /// HTML for a reader without scripts, in which no text of a test is markup.
    pub without_script: String,
}

/// How a run went, apart from its tests.
#[derive(Debug)]
pub struct Course<'a> {
    /// Who ran it and where.
    pub header: &'a Header,
    /// The upload's tags.
    pub tags: &'a Tags,
    /// The last time that is known of it, in nanoseconds since it started.
    pub end: i64,
    /// The runner's exit status.
    pub status: Option<i64>,
    /// Why it broke off, where it has.
    pub aborted: Option<&'a str>,
    /// What a person should hear of.
    pub problems: &'a [Problem],
}

/// Columns that grow while a run does.
#[derive(Debug)]
pub struct Columns {
    texts: Table,
    tests: Tests,
    spans: Spans,
    details: Details,
    without_script: WithoutScript,
    counts: [(TestResult, u64); 4],
    end: i64,
    cut_tests: u64,
    cut_spans: u64,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            texts: Table::new("", |json, text| {
                json.text(text);
            }),
            tests: Tests::default(),
            spans: Spans::default(),
            details: Details::default(),
            without_script: WithoutScript::default(),
            counts: TestResult::ALL.map(|result| (result, 0)),
            end: 0,
            cut_tests: 0,
            cut_spans: 0,
        }
    }
}

impl Columns {
    /// Adds a test whose result is settled. Of a run that is larger than any page, spans are left out
    /// first, and then tests.
    pub fn push(&mut self, ended: &Ended) {
        for (result, count) in &mut self.counts {
            *count += u64::from(*result == ended.result);
        }
        self.end = self.end.max(ended.end);
        self.without_script.push(ended);
        let bytes = self.texts.bytes() + self.tests.bytes() + self.spans.bytes();
        if bytes > limits::PAGE_BYTES {
            self.cut_tests += 1;
            return;
        }
        let mut spans = ended.spans.as_slice();
        if bytes > limits::PAGE_SPANS_BYTES {
            self.cut_spans += spans.len() as u64;
            spans = &[];
        }
        self.tests.push(ended, spans.len(), &mut self.texts);
        self.spans.push(ended.start, spans, &mut self.texts);
        self.details.push(&ended.failures);
    }

    /// The next whole block of failure texts; and of a run that is over the rest.
    pub fn take_details(&mut self, is_over: bool) -> Option<String> {
        if is_over {
            self.details.close();
        }
        self.details.take()
    }

    /// The page of a run that is over.
    #[must_use]
    pub fn finish(mut self, course: &Course<'_>) -> Page {
        self.details.close();
        let without_script = self.without_script.finish(&self.counts, course.aborted);
        let mut json = Writer::default();
        json.raw(r#"{"format":"#).number(FORMAT);
        self.write_course(&mut json, course);
        json.raw(r#","counts":"#);
        json.object(self.counts, |json, (result, count)| {
            json.text(result.as_str()).raw(":").number(count);
        });
        json.raw(r#","cut":"#);
        let cut = [
            ("failures", self.details.cut()),
            ("spans", self.cut_spans),
            ("tests", self.cut_tests),
        ];
        json.object(cut, |json, (name, count)| {
            json.text(name).raw(":").number(count);
        });
        json.raw(r#","strings":"#)
            .raw(&self.texts.into_json())
            .raw(",");
        self.tests.write(&mut json);
        json.raw(r#","spans":"#);
        self.spans.write(&mut json);
        json.raw(r#","details":"#)
            .raw(&self.details.into_ends())
            .raw("}");
        Page {
            columns: json.into_string(),
            without_script,
        }
    }

    fn write_course(&self, json: &mut Writer, course: &Course<'_>) {
        let header = course.header;
        json.raw(r#","id":"#).text(&header.id.text());
        json.raw(r#","started_at":"#);
        match header.started_at {
            Some(milliseconds) => json.number(milliseconds),
            None => json.raw("null"),
        };
        json.raw(r#","duration":"#)
            .signed(micros(self.end.max(course.end)));
        json.raw(r#","run_env":"#);
        header.run_env.write(json);
        json.raw(r#","location_prefix":"#);
        write_text(json, header.location_prefix.as_deref());
        for (name, tool) in [
            ("runner", &header.runner),
            ("language", &header.language),
            ("collector", &header.collector),
        ] {
            json.raw(",").text(name).raw(":");
            write_tool(json, tool.as_ref());
        }
        json.raw(r#","status":"#);
        match course.status {
            Some(status) => json.signed(status),
            None => json.raw("null"),
        };
        json.raw(r#","aborted":"#);
        write_text(json, course.aborted);
        json.raw(r#","tags":"#);
        test_engine::upload_tags(header, course.tags).write(json);
        json.raw(r#","problems":"#);
        json.list(course.problems, |json, problem| {
            json.text(&problem.sentence());
        });
    }
}

fn write_text(json: &mut Writer, text: Option<&str>) {
    match text {
        Some(text) => json.text(text),
        None => json.raw("null"),
    };
}

fn write_tool(json: &mut Writer, tool: Option<&Tool>) {
    let Some(tool) = tool else {
        json.raw("null");
        return;
    };
    json.raw(r#"{"name":"#).text(&tool.name);
    json.raw(r#","version":"#);
    write_text(json, tool.version.as_deref());
    json.raw("}");
}

/// Nanoseconds as whole microseconds, to the nearest, as the results have times from a millisecond on.
const fn micros(nanoseconds: i64) -> i64 {
    nanoseconds.saturating_add(500) / 1_000
}
