//! A table of texts, in which each stands once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use crate::json::Writer;

/// Texts and their numbers, counted from 0, which is the first. What comes in is hashed the same way in
/// every run: a random seed would be the one thing that the component wants to import.
#[derive(Debug)]
pub struct Table {
    numbers: HashMap<Box<str>, i64, BuildHasherDefault<DefaultHasher>>,
    json: Writer,
    write: fn(&mut Writer, &str),
}

impl Table {
    /// A table with one entry, the number 0, whose entries are written so.
    #[must_use]
    pub fn new(first: &str, write: fn(&mut Writer, &str)) -> Self {
        let mut table = Self {
            numbers: HashMap::default(),
            json: Writer::default(),
            write,
        };
        table.number(first);
        table
    }

    /// The number of a text, which may be new.
    pub fn number(&mut self, text: &str) -> i64 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.numbers.len() as i64;
        if number > 0 {
            self.json.raw(",");
        }
        (self.write)(&mut self.json, text);
        self.numbers.insert(text.into(), number);
        number
    }

    /// How many bytes it takes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.json.len()
    }

    /// The entries as a list.
    #[must_use]
    pub fn into_json(self) -> String {
        drop(self.numbers);
        let mut list = Writer::with_capacity(self.json.len() + 2);
        list.raw("[").raw(&self.json.into_string()).raw("]");
        list.into_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_stands_once() {
        let mut table = Table::new("", |json, text| {
            json.text(text);
        });
        let numbers = ["a", "", "b\"", "a"].map(|text| table.number(text));
        assert_eq!(numbers, [1, 0, 2, 1]);
        assert_eq!(table.into_json(), r#"["","a","b\""]"#);
    }
}
