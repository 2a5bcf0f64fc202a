//! The failures of a page, whole, in blocks that are unpacked when they are looked at.

use std::collections::VecDeque;

use super::column::Column;
use crate::encode::test_engine::write_entries;
use crate::execution::Failures;
use crate::json::Writer;
use crate::limits;

/// Blocks, each a JSON object with the failures of some tests by their indices.
#[derive(Debug, Default)]
pub struct Details {
    /// The one that grows, as yet without its end.
    block: Writer,
    /// Those that wait to be taken.
    whole: VecDeque<String>,
    /// For each block the index of the first test after it.
    ends: Column,
    /// How many tests there are.
    tests: i64,
    bytes: usize,
    /// How many failures there was no room for.
    cut: u64,
}

impl Details {
    /// Adds the failures of the next test, if it has any.
    pub fn push(&mut self, failures: &Failures) {
        let index = self.tests;
        self.tests += 1;
        if failures.reason.is_none() && failures.entries.is_empty() {
            return;
        }
        let mut json = Writer::default();
        json.raw("\"").signed(index).raw(r#"":{"#);
        if let Some(reason) = &failures.reason {
            json.raw(r#""failure_reason":"#).text(reason);
        }
        if !failures.entries.is_empty() {
            let comma = if failures.reason.is_some() { "," } else { "" };
            json.raw(comma).raw(r#""failure_expanded":"#);
            write_entries(&mut json, &failures.entries);
        }
        json.raw("}");
        if self.bytes + json.len() > limits::PAGE_DETAILS_BYTES {
            self.cut += 1;
            return;
        }
        self.bytes += json.len();
        let separator = if self.block.is_empty() { "{" } else { "," };
        self.block.raw(separator).raw(&json.into_string());
        if self.block.len() >= limits::PAGE_BLOCK_BYTES {
            self.close();
        }
    }

    /// Ends the block that grows.
    pub fn close(&mut self) {
        if self.block.is_empty() {
            return;
        }
        let mut block = std::mem::take(&mut self.block);
        block.raw("}");
        self.whole.push_back(block.into_string());
        self.ends.push(self.tests);
    }

    /// The next whole block.
    pub fn take(&mut self) -> Option<String> {
        self.whole.pop_front()
    }

    /// How many failures were left out.
    #[must_use]
    pub const fn cut(&self) -> u64 {
        self.cut
    }

    /// For each block the index of the first test after it, as a list.
    #[must_use]
    pub fn into_ends(self) -> String {
        self.ends.into_json()
    }
}
