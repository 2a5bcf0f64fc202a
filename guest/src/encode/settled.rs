//! A settled execution, as data until an output takes it.

use std::cell::{OnceCell, RefCell};

use super::{Header, test_engine};
use crate::execution::{Ended, TestResult};

/// An execution whose result is known.
#[derive(Debug)]
pub struct Settled {
    /// The execution's number.
    pub number: u64,
    /// Its result.
    pub result: TestResult,
    /// As long as a form is to be written of it: a result that waits for a second output of the same
    /// form need not be kept as data beside that.
    data: RefCell<Option<Box<Ended>>>,
    /// Written for the first output of this form, kept for the next.
    test_engine: OnceCell<Box<str>>,
}

impl Settled {
    /// An execution of this run.
    #[must_use]
    pub fn ended(ended: Ended) -> Self {
        Self {
            number: ended.number,
            result: ended.result,
            data: RefCell::new(Some(Box::new(ended))),
            test_engine: OnceCell::new(),
        }
    }

    /// A result of an earlier run, which has left Test Engine's JSON.
    #[must_use]
    pub fn earlier(number: u64, result: TestResult, json: Box<str>) -> Self {
        Self {
            number,
            result,
            data: RefCell::new(None),
            test_engine: OnceCell::from(json),
        }
    }

    /// Its JSON for Test Engine.
    pub fn test_engine(&self, header: &Header) -> &str {
        self.test_engine.get_or_init(|| {
            let data = self.data.take();
            let json = data.map(|ended| test_engine::result(header, &ended));
            json.unwrap_or_default().into_boxed_str()
        })
    }
}
