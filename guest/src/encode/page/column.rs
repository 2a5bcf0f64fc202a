//! A column: a list of numbers, written as they come.

use crate::json::Writer;

/// A JSON list of whole numbers that grows. As text it takes less room than as numbers, most of which
/// are small.
#[derive(Debug, Default)]
pub struct Column {
    json: Writer,
    last: i64,
}

impl Column {
    /// Adds a number.
    pub fn push(&mut self, number: i64) {
        if !self.json.is_empty() {
            self.json.raw(",");
        }
        self.json.signed(number);
    }

    /// Adds a number as its difference to the one before.
    pub fn push_difference(&mut self, number: i64) {
        self.push(number.saturating_sub(self.last));
        self.last = number;
    }

    /// How many bytes it takes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.json.len()
    }

    /// The list.
    #[must_use]
    pub fn into_json(self) -> String {
        let mut list = Writer::with_capacity(self.json.len() + 2);
        list.raw("[").raw(&self.json.into_string()).raw("]");
        list.into_string()
    }
}
