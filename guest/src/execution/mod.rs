//! One run of one test, from its start to its result.

mod ended;
mod failures;
mod of_result;
mod verdict;

pub use ended::{Attempt, Ended};
pub use failures::{Cuts, Entry, Failures};
pub use verdict::{TestResult, Verdict};

use crate::event::{self, AutoSpan, Outcome, Phase, Tag, TestStarted, When};
use crate::limits;
use crate::problem::{Place, Problems};
use crate::scrub::{Cache, without_escapes};
use crate::span::{Automatic, Span, Spans};
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

/// A part of an execution: a phase whose times are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub when: When,
    /// How it ended.
    pub outcome: Outcome,
    /// When it began, in nanoseconds since the run started.
    pub start: i64,
    /// When it ended; never before it began.
    pub end: i64,
}

/// One run of one test, as long as it has not ended. Times are nanoseconds since the run started.
#[derive(Debug, Clone)]
pub struct Execution {
    test: TestStarted,
    end: i64,
    setup: i64,
    teardown: i64,
    has_phase: bool,
    verdict: Verdict,
    parts: Vec<Part>,
    spans: Spans,
    automatic: Automatic,
    tags: Tags,
}

impl Execution {
    /// An execution that begins now.
    #[must_use]
    pub fn new(mut test: TestStarted) -> Self {
        test.scope = without_escapes(test.scope);
        test.name = without_escapes(test.name);
        test.file = test.file.map(without_escapes);
        test.worker = test.worker.map(without_escapes);
        Self {
            end: test.time,
            setup: 0,
            teardown: 0,
            has_phase: false,
            test,
            verdict: Verdict::default(),
            parts: Vec::new(),
            spans: Spans::default(),
            automatic: Automatic::default(),
            tags: Tags::default(),
        }
    }

    /// The execution's number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.test.execution
    }

    /// What a person knows the test by.
    #[must_use]
    pub fn label(&self) -> String {
        match self.test.scope.as_str() {
            "" => self.test.name.clone(),
            scope => format!("{scope}::{}", self.test.name),
        }
    }

    /// A place of something in this test.
    fn place(&self, of: &str) -> Place {
        let mut detail = self.label();
        if !of.is_empty() {
            detail.push_str(", ");
            detail.push_str(of);
        }
        Place {
            detail,
            ..Place::default()
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
        if let (Some(start), Some(end)) = (phase.start, phase.end) {
            let duration = Some(end.saturating_sub(start));
            match phase.when {
                When::Setup => self.around(duration, None),
                When::Teardown => self.around(None, duration),
                _ => {}
            }
        }
        if let (Some(start), Some(end)) = (phase.start, phase.end)
            && self.parts.len() < limits::PARTS
        {
            for failure in &mut phase.failures {
                failure.part = Some(self.parts.len());
            }
            let start = start.max(0);
            self.parts.push(Part {
                when: phase.when,
                outcome: phase.outcome,
                start,
                end: end.max(start),
            });
        }
        self.verdict.add(phase);
    }

    /// Adds to the time that its setup and its teardown took.
    pub fn around(&mut self, setup: Option<i64>, teardown: Option<i64>) {
        for (sum, more) in [(&mut self.setup, setup), (&mut self.teardown, teardown)] {
            *sum = sum.saturating_add(more.unwrap_or(0).max(0));
        }
    }

    /// Says which process ran it.
    pub fn ran_in(&mut self, worker: String) {
        self.test.worker = Some(without_escapes(worker));
    }

    /// Adds a span.
    pub fn span(&mut self, span: event::Span, problems: &mut Problems) {
        let span = Span::mended(span, &mut |section, why| {
            problems.add(why, || self.place(&format!("span {section}")));
        });
        self.spans.push(span);
    }

    /// Adds calls that the host has recorded by itself.
    pub fn calls(&mut self, calls: &AutoSpan, cache: &mut Cache, problems: &mut Problems) {
        if let Err(why) = self.automatic.add(calls, cache) {
            problems.add(why, || self.place(&format!("span {}", calls.section)));
        }
    }

    /// Adds a tag; of two with the same key the later one counts.
    pub fn tag(&mut self, tag: Tag, problems: &mut Problems) {
        if let Err(refused) = self.tags.add(tag.key, tag.value) {
            problems.add(refused.why, || self.place(&refused.tag));
        }
    }

    /// Ends the execution. A time before the last that is known of it counts as that one.
    #[must_use]
    pub fn end(mut self, time: i64, ending: Ending<'_>, problems: &mut Problems) -> Ended {
        match ending {
            Ending::Finished => {}
            Ending::RunEnded => self
                .verdict
                .leave_open("The run ended before this test did."),
            Ending::Aborted(reason) => self
                .verdict
                .crash(reason.unwrap_or("The process ended while this test ran.")),
        }
        self.end = self.end.max(time);
        Ended::new(self, problems)
    }
}
