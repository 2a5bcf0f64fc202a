//! The report of a batch: what a runner of Buildkite's splitter, bktec, posts of the tests that it
//! was handed.
//!
//! It refuses the whole report for a test that is in it twice, or that nobody asked for, so that each
//! test that was asked for is in it once, with its last attempt, and none else. It looks a test up by
//! the file that it has dispatched: `file_name` is that file, also of a test that is inherited from
//! another one, and has no prefix.

use super::{Header, test_engine};
use crate::execution::Ended;
use crate::limits;
use crate::scrub::without_escapes;
use crate::text::truncate;

/// The tests of one batch, and their results so far.
#[derive(Debug, Default)]
pub struct Batch {
    tests: Vec<Asked>,
    /// Where the next result is looked for first: tests run in the order in which they are asked for.
    next: usize,
    /// In the order in which they ended; none for one that a later attempt has replaced.
    results: Vec<Option<Box<str>>>,
}

/// A test that was asked for.
#[derive(Debug)]
struct Asked {
    /// Its node id, as far as a result has it.
    id: String,
    /// Its file, seen from where the runner was started.
    file: String,
    /// The place of its last result.
    result: Option<usize>,
}

impl Batch {
    /// A batch of tests, each by its node id and its file.
    #[must_use]
    pub fn new(tests: Vec<(String, String)>) -> Self {
        let tests = tests
            .into_iter()
            .map(|(id, file)| {
                let (scope, name) = id.rsplit_once("::").unwrap_or(("", &id));
                Asked {
                    id: node_id(kept(scope), kept(name)),
                    file,
                    result: None,
                }
            })
            .collect();
        Self {
            tests,
            next: 0,
            results: Vec::new(),
        }
    }

    /// Keeps a result, if its test was asked for, in the place of an earlier one.
    pub fn keep(&mut self, header: &Header, ended: &Ended) {
        let id = node_id(ended.scope.clone(), ended.name.clone());
        let mut places = (self.next..self.tests.len()).chain(0..self.next);
        let Some(place) = places.find(|&place| self.tests[place].id == id) else {
            return;
        };
        self.next = place + 1;
        let test = &mut self.tests[place];
        let json = test_engine::result_in(&header.id, ended, ended.file.as_deref(), &test.file);
        if let Some(earlier) = test.result.replace(self.results.len()) {
            self.results[earlier] = None;
        }
        self.results.push(Some(json.into_boxed_str()));
    }

    /// The report: a JSON array.
    #[must_use]
    pub fn into_report(self) -> String {
        let mut array = String::from("[");
        for result in self.results.into_iter().flatten() {
            if array.len() > 1 {
                array.push(',');
            }
            array.push_str(&result);
        }
        array.push(']');
        array
    }
}

/// A scope or a name as a result has it.
fn kept(text: &str) -> String {
    let mut text = without_escapes(text.to_owned());
    truncate(&mut text, limits::NAME_CHARS);
    text
}

fn node_id(scope: String, name: String) -> String {
    match scope.as_str() {
        "" => name,
        _ => scope + "::" + &name,
    }
}
