//! One run of one test, from its start to its result.

use serde_json::{Map, Value};

use crate::event::{self, Phase, Tag, TestStarted};
use crate::json::json;
use crate::outcome::Verdict;
use crate::problem::Problems;
use crate::span::Span;

/// Why an execution is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The runner said so.
    Finished,
    /// The run ended in order before the test did.
    RunEnded,
    /// The events break off.
    BrokenOff,
}

/// One run of one test. Times are nanoseconds since the run started.
#[derive(Debug, Clone)]
pub struct Execution {
    test: TestStarted,
    end: i64,
    has_phase: bool,
    verdict: Verdict,
    spans: Vec<Span>,
    tags: Map<String, Value>,
}

impl Execution {
    /// An execution that begins now.
    #[must_use]
    pub fn new(test: TestStarted) -> Self {
        Self {
            end: test.time,
            has_phase: false,
            test,
            verdict: Verdict::default(),
            spans: Vec::new(),
            tags: Map::new(),
        }
    }

    /// What a person knows the test by.
    #[must_use]
    pub fn label(&self) -> String {
        match self.test.scope.as_str() {
            "" => self.test.name.clone(),
            scope => format!("{scope}::{}", self.test.name),
        }
    }

    /// Adds what a phase says. The first says when the test began: where it runs in another process
    /// the news of its start takes a while.
    pub fn phase(&mut self, phase: Phase) {
        if let Some(start) = phase.start.filter(|_| !self.has_phase) {
            self.test.time = start.max(0);
            self.end = self.test.time;
        }
        self.has_phase = true;
        self.end = self
            .end
            .max(phase.end.unwrap_or(i64::MIN))
            .max(self.test.time);
        self.verdict.add(phase);
    }

    /// Adds a span.
    pub fn span(&mut self, span: event::Span, problems: &mut Problems) {
        let (span, mended) = Span::mended(span);
        for what in mended {
            problems.add(|| format!("{}: span {what}", self.label()));
        }
        self.spans.push(span);
    }

    /// Adds a tag; of two with the same key the later one counts.
    pub fn tag(&mut self, tag: Tag, problems: &mut Problems) {
        match checked(tag) {
            Ok((key, value)) => {
                self.tags.insert(key, value);
            }
            Err(why) => problems.add(|| format!("{}: {why}", self.label())),
        }
    }

    /// Ends the execution. A time before the last that is known of it counts as that one.
    pub fn end(&mut self, time: i64, ending: Ending) {
        self.end = self.end.max(time);
        match ending {
            Ending::Finished => {}
            Ending::RunEnded => self
                .verdict
                .leave_open("The run ended before this test did."),
            Ending::BrokenOff => self.verdict.crash("The process ended while this test ran."),
        }
    }

    /// The test.
    #[must_use]
    pub const fn test(&self) -> &TestStarted {
        &self.test
    }

    /// When it ended, as far as known; never before it began.
    #[must_use]
    pub const fn ended_at(&self) -> i64 {
        self.end
    }

    /// What its phases say.
    #[must_use]
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Its tags.
    #[must_use]
    pub const fn tags(&self) -> &Map<String, Value> {
        &self.tags
    }

    /// Hands its spans out.
    #[must_use]
    pub fn take_spans(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.spans)
    }
}

/// A tag's key and value, if both are texts.
///
/// # Errors
///
/// What is wrong with it, in words.
pub fn checked(tag: Tag) -> Result<(String, Value), String> {
    match (tag.key, tag.value) {
        (Some(Value::String(key)), Some(value @ Value::String(_))) => Ok((key, value)),
        (Some(Value::String(key)), Some(_)) => Err(format!("tag {key}: the value is not a text")),
        (Some(Value::String(key)), None) => Err(format!("tag {key}: no value")),
        (Some(key), _) => Err(format!("tag {}: the key is not a text", json(&key))),
        (None, _) => Err("a tag without a key".into()),
    }
}
