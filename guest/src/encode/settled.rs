//! A settled execution, as data until an output takes it.

use std::cell::OnceCell;

use super::Header;
use super::test_engine::{self, Cuts};
use crate::execution::{Execution, TestResult};

/// An execution whose result is known.
#[derive(Debug)]
pub struct Settled {
    /// The execution's number.
    pub number: u64,
    /// Its result.
    pub result: TestResult,
    content: Content,
    /// Written for the first output of this form, kept for the next.
    test_engine: OnceCell<Box<str>>,
}

/// Where a result comes from.
#[derive(Debug)]
pub enum Content {
    /// The events of this run.
    Execution(Box<Execution>),
    /// An earlier run, which has left Test Engine's JSON.
    Earlier(Box<str>),
}

impl Settled {
    /// A result that no output has taken yet.
    #[must_use]
    pub const fn new(number: u64, result: TestResult, content: Content) -> Self {
        Self {
            number,
            result,
            content,
            test_engine: OnceCell::new(),
        }
    }

    /// Its JSON for Test Engine. What had to be cut for that is counted once, however many take it.
    pub fn test_engine(&self, header: &Header, cuts: &mut Cuts) -> &str {
        match &self.content {
            Content::Earlier(json) => json,
            Content::Execution(execution) => self
                .test_engine
                .get_or_init(|| test_engine::execution(header, execution, cuts).into_boxed_str()),
        }
    }
}
