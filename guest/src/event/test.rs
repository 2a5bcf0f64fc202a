//! Events of one test.

use crate::json::Json;
use crate::scrub::without_escapes;

/// A test begins.
#[derive(Debug, Clone, PartialEq)]
pub struct TestStarted {
    /// The execution's number, greater than all before it in the run.
    pub execution: u64,
    /// The group that the test belongs to. Scope and name identify a test across runs.
    pub scope: String,
    /// The test's name.
    pub name: String,
    /// The file that holds the test.
    pub file: Option<String>,
    /// The test's line in that file, counted from 1.
    pub line: Option<u64>,
    /// When, in nanoseconds since the run started.
    pub time: i64,
    /// Which of the runner's processes runs it, where there are several: `gw0`.
    pub worker: Option<String>,
}

/// Something inside a test took time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Span {
    /// The execution's number.
    pub execution: u64,
    /// `http`, `sql`, `sleep` or `annotation`.
    pub section: String,
    /// When it began, in nanoseconds since the run started.
    pub start: Option<i64>,
    /// When it ended.
    pub end: Option<i64>,
    /// How long it took, in nanoseconds; where absent, from start to end.
    pub duration: Option<i64>,
    /// What it did. Usually an object; anything else is mended.
    pub detail: Option<Json<'static>>,
    /// A number for this span, unique in its execution, for children to name.
    pub id: Option<u64>,
    /// The span that this one happened in.
    pub parent: Option<u64>,
}

/// A key and a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// The execution's number; none for the whole upload.
    pub execution: Option<u64>,
    /// The key. Anything but a string is reported and dropped.
    pub key: Option<Json<'static>>,
    /// The value. Anything but a string is reported and dropped.
    pub value: Option<Json<'static>>,
}

/// A part of a test is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// The execution's number.
    pub execution: u64,
    /// Which part.
    pub when: When,
    /// How it ended.
    pub outcome: Outcome,
    /// When it began, in nanoseconds since the run started.
    pub start: Option<i64>,
    /// When it ended.
    pub end: Option<i64>,
    /// Why it did not pass.
    pub failures: Vec<Failure>,
}

/// Which part of a test a phase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// `setup`: what the test needs was made.
    Setup,
    /// `call`: the test itself.
    Call,
    /// `teardown`: what the test needed was cleared away.
    Teardown,
    /// `subtest`: a part of the test itself.
    Subtest,
    /// `collect`: the test was looked for.
    Collect,
    /// `crash`: the process ended.
    Crash,
    /// One that this version does not know.
    Other,
}

impl From<&str> for When {
    fn from(word: &str) -> Self {
        match word {
            "setup" => Self::Setup,
            "call" => Self::Call,
            "teardown" => Self::Teardown,
            "subtest" => Self::Subtest,
            "collect" => Self::Collect,
            "crash" => Self::Crash,
            _ => Self::Other,
        }
    }
}

/// How a phase ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// `passed`.
    Passed,
    /// `failed`.
    Failed,
    /// `skipped`.
    Skipped,
    /// A word of the runner's own.
    Other,
}

impl From<&str> for Outcome {
    fn from(word: &str) -> Self {
        match word {
            "passed" => Self::Passed,
            "failed" => Self::Failed,
            "skipped" => Self::Skipped,
            _ => Self::Other,
        }
    }
}

/// One reason why a phase did not pass.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failure {
    /// A short summary.
    pub reason: Option<String>,
    /// What a person reads, line by line.
    pub expanded: Vec<String>,
    /// Where it happened, innermost last, an entry a line.
    pub backtrace: Vec<String>,
    /// The part of its execution that it belongs to, by its index.
    pub part: Option<usize>,
}

impl Failure {
    /// Takes terminal codes out of its texts.
    pub fn scrub(&mut self) {
        let texts = self
            .reason
            .iter_mut()
            .chain(&mut self.expanded)
            .chain(&mut self.backtrace);
        for text in texts {
            *text = without_escapes(std::mem::take(text));
        }
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        Self {
            reason: Some(reason.to_owned()),
            ..Self::default()
        }
    }
}

/// A test is over.
#[derive(Debug, Clone, PartialEq)]
pub struct TestFinished {
    /// The execution's number.
    pub execution: u64,
    /// When, in nanoseconds since the run started.
    pub time: i64,
    /// How it ended, where no phase has said that.
    pub outcome: Option<Outcome>,
    /// When it really began, where no phase has said that.
    pub start: Option<i64>,
    /// How long its setup took, where no phase has said that.
    pub setup: Option<i64>,
    /// How long its teardown took, where no phase has said that.
    pub teardown: Option<i64>,
    /// Which of the runner's processes ran it, where the start could not say that.
    pub worker: Option<String>,
}

impl TestFinished {
    /// What phases would have said that it says itself: the call of the whole test.
    #[must_use]
    pub fn call(&self) -> Option<Phase> {
        self.outcome.map(|outcome| Phase {
            execution: self.execution,
            when: When::Call,
            outcome,
            start: self.start,
            end: Some(self.time),
            failures: Vec::new(),
        })
    }
}
