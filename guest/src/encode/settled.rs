//! A settled execution, as data until an output takes it.

use std::cell::{Cell, OnceCell, RefCell};

use super::otlp::Batch;
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
    /// Whether its trace has not been written, which needs the data as well.
    is_traced: Cell<bool>,
    /// Written for the first output of this form, kept for the next.
    test_engine: OnceCell<Box<str>>,
}

impl Settled {
    /// An execution of this run.
    #[must_use]
    pub fn ended(ended: Ended, is_traced: bool) -> Self {
        Self {
            number: ended.number,
            result: ended.result,
            data: RefCell::new(Some(Box::new(ended))),
            is_traced: Cell::new(is_traced),
            test_engine: OnceCell::new(),
        }
    }

    /// A result of an earlier run, which has left Test Engine's JSON; and what that says, where its trace
    /// will be written.
    #[must_use]
    pub fn earlier(number: u64, result: TestResult, json: Box<str>, traced: Option<Ended>) -> Self {
        Self {
            number,
            result,
            is_traced: Cell::new(traced.is_some()),
            data: RefCell::new(traced.map(Box::new)),
            test_engine: OnceCell::from(json),
        }
    }

    /// Its JSON for Test Engine.
    pub fn test_engine(&self, header: &Header) -> &str {
        self.test_engine.get_or_init(|| {
            let mut data = self.data.borrow_mut();
            let json = data
                .as_deref()
                .map(|ended| test_engine::result(header, ended));
            if !self.is_traced.get() {
                *data = None;
            }
            json.unwrap_or_default().into_boxed_str()
        })
    }

    /// Adds its trace to a request, and says whether there was room for it.
    pub fn trace(&self, batch: &mut Batch<'_>) -> bool {
        let mut data = self.data.borrow_mut();
        let is_added = data.as_deref().is_none_or(|ended| batch.add(ended));
        if is_added {
            self.is_traced.set(false);
            if self.test_engine.get().is_some() {
                *data = None;
            }
        }
        is_added
    }
}
