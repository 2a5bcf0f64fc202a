//! One run of one test, from its start to its result.

mod verdict;

pub use verdict::{TestResult, Verdict};

use crate::event::{self, Phase, Tag, TestStarted};
use crate::problem::Problems;
use crate::scrub::without_escapes;
use crate::span::Span;
use crate::tag::Tags;

/// Why an execution is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending<'a> {
    /// The runner said so.
    Finished,
    /// The run ended in order before the test did.
    RunEnded,
    /// The process that ran the test ended, for this reason where it is known.
    Aborted(Option<&'a str>),
}

/// One run of one test. Times are nanoseconds since the run started.
#[derive(Debug, Clone)]
pub struct Execution {
    test: TestStarted,
    end: i64,
    has_phase: bool,
    verdict: Verdict,
    spans: Vec<Span>,
    tags: Tags,
}

impl Execution {
    /// An execution that begins now.
    #[must_use]
    pub fn new(mut test: TestStarted) -> Self {
        test.scope = without_escapes(test.scope);
        test.name = without_escapes(test.name);
        test.file = test.file.map(without_escapes);
        Self {
            end: test.time,
            has_phase: false,
            test,
            verdict: Verdict::default(),
            spans: Vec::new(),
            tags: Tags::default(),
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
    pub fn phase(&mut self, mut phase: Phase) {
        for failure in &mut phase.failures {
            failure.scrub();
        }
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
        if let Err(why) = self.tags.add(tag) {
            problems.add(|| format!("{}: {why}", self.label()));
        }
    }

    /// Ends the execution. A time before the last that is known of it counts as that one.
    pub fn end(&mut self, time: i64, ending: Ending<'_>) {
        self.end = self.end.max(time);
        match ending {
            Ending::Finished => {}
            Ending::RunEnded => self
                .verdict
                .leave_open("The run ended before this test did."),
            Ending::Aborted(reason) => self
                .verdict
                .crash(reason.unwrap_or("The process ended while this test ran.")),
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
    pub const fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Its spans, in the order in which they came.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }
}
