//! The columns of spans.

use super::column::Column;
use super::micros;
use super::table::Table;
use crate::json::Writer;
use crate::span::{Node, Span, Tree};

/// The spans of all tests, one test after the other, in a test the outer before those in them.
#[derive(Debug, Default)]
pub struct Spans {
    count: i64,
    section: String,
    start: Column,
    duration: Column,
    up: Column,
    detail: Column,
}

impl Spans {
    /// Adds the spans of a test that began then, in nanoseconds since the run started.
    pub fn push(&mut self, began: i64, spans: &[Span], texts: &mut Table) {
        if spans.is_empty() {
            return;
        }
        for root in Tree::new(spans).roots() {
            self.push_tree(root, None, began, texts);
        }
    }

    /// Adds a span and those in it, which lie no deeper than their limit.
    fn push_tree(&mut self, node: Node<'_>, parent: Option<i64>, began: i64, texts: &mut Table) {
        let span = node.span();
        let index = self.count;
        self.count += 1;
        self.section.push(match span.section {
            "http" => 'h',
            "sql" => 'q',
            "sleep" => 'z',
            _ => 'n',
        });
        // One that began before its test lies at the test's beginning: -1 stands for not known.
        let start = span
            .start
            .map_or(-1, |start| (micros(start) - micros(began)).max(0));
        self.start.push(start);
        self.duration.push(micros(span.duration));
        self.up.push(parent.map_or(0, |parent| index - parent));
        let detail = span.detail.as_deref().unwrap_or_default();
        self.detail.push(texts.number(detail));
        for child in node.children() {
            self.push_tree(child, Some(index), began, texts);
        }
    }

    /// How many bytes they take.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.section.len()
            + self.start.bytes()
            + self.duration.bytes()
            + self.up.bytes()
            + self.detail.bytes()
    }

    /// Writes them as an object.
    pub fn write(self, json: &mut Writer) {
        json.raw(r#"{"section":""#).raw(&self.section).raw("\"");
        for (name, column) in [
            ("start", self.start),
            ("duration", self.duration),
            ("up", self.up),
            ("detail", self.detail),
        ] {
            json.raw(",").text(name).raw(":").raw(&column.into_json());
        }
        json.raw("}");
    }
}
