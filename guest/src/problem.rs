//! What a person should hear of, once, after the run.

use crate::{limits, text};

/// Counts all problems and keeps the first in words.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    count: u64,
    sentences: Vec<String>,
}

impl Problems {
    /// Adds one: a sentence that names the test, the thing and the reason.
    pub fn add(&mut self, problem: impl FnOnce() -> String) {
        self.count += 1;
        if self.sentences.len() < limits::QUOTED {
            self.sentences.push(
                text::shortened(&problem(), limits::PROBLEM_CHARS)
                    .0
                    .into_owned(),
            );
        }
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The first of them.
    #[must_use]
    pub fn sentences(&self) -> &[String] {
        &self.sentences
    }
}
