//! What a version does not know, by name: a person who misspelt a word finds it.

use crate::text;

/// How many names are kept, and of each how many characters.
const NAMES: usize = 5;
const CHARS: usize = 60;

/// The first names that were not known.
#[derive(Debug, Default)]
pub struct Unknown(Vec<String>);

impl Unknown {
    /// Adds one.
    pub fn add(&mut self, mut name: String) {
        text::truncate(&mut name, CHARS);
        if self.0.len() < NAMES && !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// All of them, if there are any.
    #[must_use]
    pub fn names(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(", "))
    }
}
