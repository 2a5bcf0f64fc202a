//! The columns of tests.

use super::column::Column;
use super::micros;
use super::table::Table;
use crate::execution::{Ended, TestResult};
use crate::json::Writer;
use crate::limits;
use crate::text;

/// All tests, in the order in which their results were settled.
#[derive(Debug)]
pub struct Tests {
    number: Column,
    scope: Column,
    name: Column,
    file: Column,
    line: Column,
    start: Column,
    duration: Column,
    setup: Column,
    teardown: Column,
    result: String,
    worker: Column,
    tags: Column,
    reason: Column,
    spans: Column,
    /// Sets of tags, each the numbers of its keys and values.
    tag_sets: Table,
}

impl Default for Tests {
    fn default() -> Self {
        Self {
            number: Column::default(),
            scope: Column::default(),
            name: Column::default(),
            file: Column::default(),
            line: Column::default(),
            start: Column::default(),
            duration: Column::default(),
            setup: Column::default(),
            teardown: Column::default(),
            result: String::new(),
            worker: Column::default(),
            tags: Column::default(),
            reason: Column::default(),
            spans: Column::default(),
            tag_sets: Table::new("[]", |json, set| {
                json.raw(set);
            }),
        }
    }
}

impl Tests {
    /// Adds a test, of which so many spans are kept.
    pub fn push(&mut self, ended: &Ended, spans: usize, texts: &mut Table) {
        let (start, end) = (micros(ended.start), micros(ended.end));
        self.number.push_difference(ended.number.cast_signed());
        self.scope.push(texts.number(&ended.scope));
        self.name.push(texts.number(&ended.name));
        self.file
            .push(texts.number(ended.file.as_deref().unwrap_or_default()));
        self.line.push(ended.line.unwrap_or(0).cast_signed());
        self.start.push_difference(start);
        self.duration.push(end.saturating_sub(start));
        self.setup.push(micros(ended.setup));
        self.teardown.push(micros(ended.teardown));
        self.result.push(match ended.result {
            TestResult::Passed => 'p',
            TestResult::Failed => 'f',
            TestResult::Skipped => 's',
            TestResult::Unknown => 'u',
        });
        self.worker
            .push(texts.number(ended.worker.as_deref().unwrap_or_default()));
        let set = self.tag_set(ended, texts);
        self.tags.push(set);
        self.reason.push(texts.number(&first_line(ended)));
        self.spans.push(spans as i64);
    }

    fn tag_set(&mut self, ended: &Ended, texts: &mut Table) -> i64 {
        if ended.tags.is_empty() {
            return 0;
        }
        let mut set = Writer::default();
        set.list(
            ended.tags.iter().flat_map(|(key, value)| [key, value]),
            |json, text| {
                json.signed(texts.number(text));
            },
        );
        self.tag_sets.number(&set.into_string())
    }

    /// How many bytes they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let columns = [
            &self.number,
            &self.scope,
            &self.name,
            &self.file,
            &self.line,
            &self.start,
            &self.duration,
            &self.setup,
            &self.teardown,
            &self.worker,
            &self.tags,
            &self.reason,
            &self.spans,
        ];
        let columns = columns.iter().map(|column| column.bytes());
        columns.sum::<usize>() + self.result.len() + self.tag_sets.bytes()
    }

    /// Writes the sets of tags, and the tests as an object.
    pub fn write(self, json: &mut Writer) {
        json.raw(r#""tag_sets":"#).raw(&self.tag_sets.into_json());
        json.raw(r#","tests":{"result":""#)
            .raw(&self.result)
            .raw("\"");
        for (name, column) in [
            ("number", self.number),
            ("scope", self.scope),
            ("name", self.name),
            ("file", self.file),
            ("line", self.line),
            ("start", self.start),
            ("duration", self.duration),
            ("setup", self.setup),
            ("teardown", self.teardown),
            ("worker", self.worker),
            ("tags", self.tags),
            ("reason", self.reason),
            ("spans", self.spans),
        ] {
            json.raw(",").text(name).raw(":").raw(&column.into_json());
        }
        json.raw("}");
    }
}

/// The first line of why a test did not pass, shortened.
pub fn first_line(ended: &Ended) -> String {
    let reason = ended.failures.reason.as_deref().unwrap_or_default();
    let line = reason.trim_ascii_start().lines().next().unwrap_or_default();
    text::shortened(line, limits::PAGE_REASON_CHARS)
        .0
        .into_owned()
}
