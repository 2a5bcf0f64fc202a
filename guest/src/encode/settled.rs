//! A settled execution, as data until an output takes it.

use std::cell::OnceCell;

use super::{Header, test_engine};
use crate::execution::{Ended, TestResult};

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
enum Content {
    /// The events of this run.
    Ended(Ended),
    /// An earlier run, which has left Test Engine's JSON.
    Earlier(Box<str>),
}

impl Settled {
    /// An execution of this run.
    #[must_use]
    pub const fn ended(ended: Ended) -> Self {
        Self::new(ended.number, ended.result, Content::Ended(ended))
    }

    /// A result of an earlier run, and its JSON.
    #[must_use]
    pub const fn earlier(number: u64, result: TestResult, json: Box<str>) -> Self {
        Self::new(number, result, Content::Earlier(json))
    }

    const fn new(number: u64, result: TestResult, content: Content) -> Self {
        Self {
            number,
            result,
            content,
            test_engine: OnceCell::new(),
        }
    }

    /// Its JSON for Test Engine.
    pub fn test_engine(&self, header: &Header) -> &str {
        match &self.content {
            Content::Earlier(json) => json,
            Content::Ended(ended) => self
                .test_engine
                .get_or_init(|| test_engine::result(header, ended).into_boxed_str()),
        }
    }
}
