//! The fold: a run, from its first event to its last upload.
//!
//! What does not fit is ignored, counted and reported; nothing stops the fold:
//!
//! | event | rule |
//! |---|---|
//! | a line that is no event | rejected with its number; the lines around it count |
//! | an event or a field that this version does not know | ignored, counted |
//! | a second `run-started` | ignored, reported |
//! | a `result` that lacks what a result must have | ignored, reported |
//! | a `test-started` or `result` whose number is not above all before | ignored, reported |
//! | anything for an execution that has not started, or has finished | ignored, reported |
//! | a test that never finishes | becomes a result when the run does ([`Run::finish`]) |
//! | a time before zero, an end before its start | brought forward to it |
//! | a span outside the time of its test | kept with its own times |
//! | a tag twice | the later one counts |
//! | events before `run-started` | as good as later ones; nothing can be taken before it |
//! | `run-aborted` and `run-finished` in one run | the run has finished |

mod earlier_result;
mod ranges;
mod running;
mod waiting;

pub use ranges::Ranges;
pub use waiting::Outputs;

use running::Running;
use waiting::{Output, Waiting};

use crate::encode::test_engine::{self, Cuts};
use crate::encode::{Content, Header, Settled};
use crate::environment::Surroundings;
use crate::event::{
    self, EarlierResult, Event, EventError, Parsed, RunAborted, RunStarted, Span, Tag, TestStarted,
};
use crate::execution::{Ending, Execution, TestResult};
use crate::json::json;
use crate::limits;
use crate::problem::Problems;
use crate::scrub::without_escapes;
use crate::tag::Tags;

/// A line that is no event.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedLine {
    /// Its number, counted from 1 over the whole run.
    pub line: u64,
    /// Why.
    pub error: EventError,
}

/// What a run knows after some lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Lines read so far.
    pub lines: u64,
    /// Results that wait to be uploaded.
    pub uploadable: u64,
    /// The first lines of this chunk that are no events.
    pub rejected: Vec<RejectedLine>,
}

/// One request to Test Engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The request's body.
    pub body: String,
    /// The `uploaded` event for it, without a line break.
    pub receipt: String,
    /// How many results it holds.
    pub results: u32,
}

/// How many executions had which result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that passed.
    pub passed: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were skipped.
    pub skipped: u64,
    /// Those of which nobody knows.
    pub unknown: u64,
}

/// A run.
#[derive(Debug)]
pub struct Run {
    header: Option<Header>,
    tags: Tags,
    running: Running,
    waiting: Waiting,
    /// What `uploaded` events of this chunk name, looked up once for all of them.
    accepted: Vec<(u64, u64)>,
    counts: Counts,
    lines: u64,
    rejected: u64,
    not_understood: u64,
    problems: Problems,
    cuts: Cuts,
    now: i64,
    is_over: bool,
    /// How the process ended that ran the tests, where somebody has said so.
    abort_reason: Option<String>,
}

impl Run {
    /// A run without events.
    #[must_use]
    pub fn new(outputs: Outputs) -> Self {
        Self {
            header: None,
            tags: Tags::default(),
            running: Running::default(),
            waiting: Waiting::new(outputs),
            accepted: Vec::new(),
            counts: Counts::default(),
            lines: 0,
            rejected: 0,
            not_understood: 0,
            problems: Problems::default(),
            cuts: Cuts::default(),
            now: 0,
            is_over: false,
            abort_reason: None,
        }
    }

    /// Folds lines into the run.
    pub fn feed(&mut self, events: &str) -> Progress {
        let mut rejected = Vec::new();
        for line in events.lines() {
            self.lines += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match event::parse(line) {
                Ok(parsed) => self.fold(parsed),
                Err(error) => {
                    self.rejected += 1;
                    if rejected.len() < limits::QUOTED {
                        rejected.push(RejectedLine {
                            line: self.lines,
                            error,
                        });
                    }
                }
            }
        }
        if !self.accepted.is_empty() {
            self.waiting.accept(std::mem::take(&mut self.accepted));
        }
        Progress {
            lines: self.lines,
            uploadable: self.uploadable(),
            rejected,
        }
    }

    /// There are no more events: what has not finished becomes a result all the same.
    pub fn finish(&mut self) {
        let reason = self.abort_reason.take();
        let ending = match self.is_over {
            true => Ending::RunEnded,
            false => Ending::Aborted(reason.as_deref()),
        };
        while let Some(execution) = self.running.finish_oldest() {
            self.settle(execution, self.now, ending);
        }
        self.abort_reason = reason;
    }

    /// The next request, with as many results as are allowed and wait.
    pub fn take_upload(&mut self, max_results: u32) -> Option<Upload> {
        let header = self.header.as_ref()?;
        let max_results = max_results.clamp(
            *limits::UPLOAD_RESULTS.start(),
            *limits::UPLOAD_RESULTS.end(),
        );
        let mut body = test_engine::opening(header, &self.tags);
        let mut numbers = Vec::new();
        while (numbers.len() as u32) < max_results
            && let Some(next) = self.waiting.pop(Output::Uploads)
        {
            let json = next.test_engine(header, &mut self.cuts);
            if !numbers.is_empty() {
                if body.len() + json.len() + 3 > limits::UPLOAD_BYTES {
                    self.waiting.unpop(Output::Uploads, next);
                    break;
                }
                body.push(',');
            }
            body.push_str(json);
            numbers.push((next.number, next.number));
        }
        body.push_str(test_engine::CLOSING);
        (!numbers.is_empty()).then(|| Upload {
            body,
            results: numbers.len() as u32,
            receipt: receipt(Ranges::new(numbers)),
        })
    }

    /// The next results, as a JSON array.
    pub fn take_results(&mut self, max_results: u32) -> Option<String> {
        let header = self.header.as_ref()?;
        let mut array = String::from("[");
        for _ in 0..max_results.max(1) {
            let Some(next) = self.waiting.pop(Output::Results) else {
                break;
            };
            if array.len() > 1 {
                array.push(',');
            }
            array.push_str(next.test_engine(header, &mut self.cuts));
        }
        array.push(']');
        (array.len() > 2).then_some(array)
    }

    /// How many results wait to be uploaded.
    #[must_use]
    pub fn uploadable(&self) -> u64 {
        self.waiting.count(Output::Uploads) as u64
    }

    /// Whether the run's first event has come.
    #[must_use]
    pub const fn has_started(&self) -> bool {
        self.header.is_some()
    }

    /// How many executions had which result so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// How many executions have started and not finished.
    #[must_use]
    pub const fn running(&self) -> u64 {
        self.running.count()
    }

    /// How many lines were no events.
    #[must_use]
    pub const fn rejected_lines(&self) -> u64 {
        self.rejected
    }

    /// How many events and fields this version does not know.
    #[must_use]
    pub const fn not_understood(&self) -> u64 {
        self.not_understood
    }

    /// How many things a person should hear of, and the first of them in a sentence each.
    #[must_use]
    pub fn problems(&self) -> (u64, Vec<String>) {
        let mut problems = self.problems.clone();
        if let Some(cuts) = self.cuts.sentence() {
            problems.add(|| cuts);
        }
        if self.header.is_none() && self.counts != Counts::default() {
            problems.add(|| "without a run-started nothing can be uploaded".to_owned());
        }
        (problems.count(), problems.sentences().to_vec())
    }

    fn fold(&mut self, parsed: Parsed) {
        self.not_understood += parsed.unknown_fields;
        match parsed.event {
            Event::RunStarted(run) => self.run_started(*run),
            Event::TestStarted(test) => self.test_started(test),
            Event::Span(span) => self.span(span),
            Event::Tag(tag) => self.tag(tag),
            Event::Phase(phase) => {
                self.tick(phase.end.unwrap_or(0));
                match self.running.get_mut(phase.execution) {
                    Some(execution) => execution.phase(phase),
                    None => self.not_running(phase.execution, "phase"),
                }
            }
            Event::TestFinished(test) => {
                self.tick(test.time);
                match self.running.finish(test.execution) {
                    Some(mut execution) => {
                        if let Some(call) = test.call() {
                            execution.phase(call);
                        }
                        self.settle(execution, test.time, Ending::Finished);
                    }
                    None => self.not_running(test.execution, "test-finished"),
                }
            }
            Event::Result(result) => self.earlier_result(result),
            Event::Uploaded(uploaded) => {
                self.accepted.extend(uploaded.executions);
            }
            Event::RunFinished(run) => {
                self.tick(run.time);
                self.is_over = true;
            }
            Event::RunAborted(run) => self.run_aborted(run),
            Event::Unknown(_) => self.not_understood += 1,
        }
    }

    fn run_started(&mut self, run: RunStarted) {
        if self.header.is_some() {
            self.problems
                .add(|| format!("line {}: a second run-started was ignored", self.lines));
            return;
        }
        let id = run.id;
        let surroundings = Surroundings::of(run);
        self.header = Some(Header {
            id,
            run_env: surroundings.run_env,
            location_prefix: surroundings.location_prefix,
        });
        if let Some(tag) = surroundings.worker {
            self.upload_tag(tag, UPLOAD);
        }
        for tag in surroundings.tags {
            self.upload_tag(tag, "setting tags");
        }
        for problem in surroundings.problems {
            self.problems.add(|| problem);
        }
    }

    fn upload_tag(&mut self, tag: Tag, whose: &str) {
        if let Err(why) = self.tags.add(tag) {
            self.problems.add(|| format!("{whose}: {why}"));
        }
    }

    fn test_started(&mut self, mut test: TestStarted) {
        test.time = test.time.max(0);
        self.tick(test.time);
        let (line, number) = (self.lines, test.execution);
        if !self.running.start(Execution::new(test)) {
            self.problems
                .add(|| format!("line {line}: execution {number} has already started"));
        }
    }

    fn earlier_result(&mut self, event: EarlierResult) {
        let (line, number) = (self.lines, event.execution);
        match earlier_result::settled(event.result) {
            Err(why) => self.problems.add(|| format!("line {line}: a result {why}")),
            Ok((result, json)) if self.running.reserve(number) => {
                let content = Content::Earlier(json.into_boxed_str());
                self.keep(Settled::new(number, result, content));
            }
            Ok(_) => self
                .problems
                .add(|| format!("line {line}: execution {number} has already started")),
        }
    }

    fn span(&mut self, mut span: Span) {
        span.start = span.start.map(|start| start.max(0));
        span.end = span.end.map(|end| end.max(0));
        self.tick(span.end.unwrap_or(0));
        match self.running.get_mut(span.execution) {
            Some(execution) => execution.span(span, &mut self.problems),
            None => self.not_running(span.execution, "span"),
        }
    }

    fn tag(&mut self, tag: Tag) {
        match tag.execution {
            Some(number) => match self.running.get_mut(number) {
                Some(execution) => execution.tag(tag, &mut self.problems),
                None => self.not_running(number, "tag"),
            },
            None => self.upload_tag(tag, UPLOAD),
        }
    }

    fn not_running(&mut self, number: u64, event: &str) {
        let why = match self.running.has_started(number) {
            true => "has finished",
            false => "has not started",
        };
        let line = self.lines;
        self.problems
            .add(|| format!("line {line}: {event} of execution {number}, which {why}"));
    }

    /// A run that is aborted more than once was so for the first reason that somebody knew.
    fn run_aborted(&mut self, run: RunAborted) {
        self.tick(run.time.unwrap_or(0));
        let reason = run.reason.map(without_escapes);
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        self.abort_reason = self.abort_reason.take().or(reason);
    }

    fn settle(&mut self, mut execution: Box<Execution>, time: i64, ending: Ending<'_>) {
        execution.end(time, ending);
        let number = execution.test().execution;
        let result = execution.verdict().result();
        self.keep(Settled::new(number, result, Content::Execution(execution)));
    }

    /// Counts a result, and keeps it until every output has taken it.
    fn keep(&mut self, settled: Settled) {
        *match settled.result {
            TestResult::Passed => &mut self.counts.passed,
            TestResult::Failed => &mut self.counts.failed,
            TestResult::Skipped => &mut self.counts.skipped,
            TestResult::Unknown => &mut self.counts.unknown,
        } += 1;
        self.waiting.push(settled);
    }

    fn tick(&mut self, time: i64) {
        self.now = self.now.max(time);
    }
}

/// Whose a tag is that no execution has.
const UPLOAD: &str = "the upload";

/// The `uploaded` event for these executions.
fn receipt(numbers: Ranges) -> String {
    format!(
        r#"{{"event":"uploaded","executions":{}}}"#,
        json(&numbers.as_slice())
    )
}
