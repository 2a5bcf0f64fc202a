//! The fold: a run, from its first event to its last upload.
//!
//! What does not fit is ignored, counted and reported; nothing stops the fold:
//!
//! | event | rule |
//! |---|---|
//! | a line that is no event | rejected with its number; the lines around it count |
//! | an event or a field that this version does not know | ignored, counted |
//! | a field of the wrong type that the event can do without | ignored, reported |
//! | a second `run-started` | ignored, reported |
//! | a `run-started` of another format before any other | so is the whole run |
//! | a `result` that lacks what a result must have | ignored, reported |
//! | a `test-started` or `result` whose number is not above all before | ignored, reported |
//! | anything for an execution that has not started, or has finished | ignored, reported |
//! | a time in what is ignored | is no news of how long the run took |
//! | a test that never finishes | becomes a result when the run does ([`Run::finish`]) |
//! | a time before zero, an end before its start | brought forward to it |
//! | a span outside the time of its test | kept with its own times |
//! | an `auto-span` of a section that is not known | ignored, reported |
//! | a tag twice | the later one counts |
//! | events before `run-started` | as good as later ones; nothing can be taken before it |
//! | `run-aborted` and `run-finished` in one run | the run has finished |

mod attempts;
mod earlier_result;
mod ranges;
mod running;
mod unknown;
mod waiting;

pub use waiting::Outputs;

use attempts::Attempts;
use ranges::Ranges;
use running::Running;
use unknown::Unknown;
use waiting::{Output, Waiting};

use crate::encode::otlp;
use crate::encode::page::{Columns, Course, Page};
use crate::encode::{Batch, Header, Settled, test_engine};
use crate::environment::Surroundings;
use crate::event::{
    self, AutoSpan, EarlierResult, Event, EventError, Parsed, RunAborted, RunStarted, Span, Tag,
    TestFinished, TestStarted, Uploaded,
};
use crate::execution::{Ended, Ending, Execution, TestResult};
use crate::json::Writer;
use crate::limits;
use crate::problem::{Place, Problem, Problems};
use crate::scrub::{Cache, without_escapes};
use crate::tag::Tags;

/// Why a run broke off of which nobody has said that.
const BROKEN_OFF: &str = "The process ended before the run did.";

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

/// One request with traces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// The request's body: JSON, or protobuf as Base64.
    pub body: String,
    /// The `exported` event for it, without a line break.
    pub receipt: String,
    /// How many executions it holds.
    pub executions: u32,
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
    /// What calls of all executions have in common.
    scrubbed: Cache,
    running: Running,
    waiting: Waiting,
    /// Where the run will be taken as a page.
    columns: Option<Columns>,
    /// The tests whose results somebody waits for.
    batch: Option<Batch>,
    /// Where its traces will be taken, how they are written.
    traces: Option<otlp::Settings>,
    attempts: Attempts,
    counts: Counts,
    lines: u64,
    rejected: u64,
    not_understood: u64,
    unknown: Unknown,
    problems: Problems,
    now: i64,
    /// The runner's exit status, where it has said that.
    status: Option<i64>,
    is_over: bool,
    /// Whether somebody has said that there are no more events.
    is_finished: bool,
    /// How the process ended that ran the tests, where somebody has said so.
    abort_reason: Option<String>,
    /// Whether the run began in a format that this version does not read: nothing is known of it.
    is_unreadable: bool,
}

impl Run {
    /// A run without events.
    #[must_use]
    pub fn new(outputs: Outputs) -> Self {
        Self {
            header: None,
            tags: Tags::default(),
            scrubbed: Cache::default(),
            running: Running::default(),
            waiting: Waiting::new(outputs),
            columns: None,
            batch: None,
            traces: None,
            attempts: Attempts::default(),
            counts: Counts::default(),
            lines: 0,
            rejected: 0,
            not_understood: 0,
            unknown: Unknown::default(),
            problems: Problems::default(),
            now: 0,
            status: None,
            is_over: false,
            is_finished: false,
            abort_reason: None,
            is_unreadable: false,
        }
    }

    /// Says that the run will be taken as a page, too. What was settled before is not on it.
    pub fn keep_page(&mut self) {
        self.columns.get_or_insert_default();
    }

    /// Says that the run's traces will be taken, too. What was settled before has none.
    pub fn keep_traces(&mut self, settings: otlp::Settings) {
        self.traces = Some(settings);
        self.waiting.want(Output::Traces);
    }

    /// Folds lines into the run.
    pub fn feed(&mut self, events: &str) -> Progress {
        let mut rejected = Vec::new();
        for line in events.lines() {
            self.lines += 1;
            let line = match self.lines {
                // Editors and shells put a byte order mark before a file's first line.
                1 => line.trim_start_matches('\u{feff}'),
                _ => line,
            };
            if line.trim_ascii().is_empty() {
                continue;
            }
            match event::parse(line) {
                Ok(_) if self.is_unreadable => {}
                Ok(parsed) => self.fold(parsed),
                Err(error) => {
                    let is_first = self.header.is_none();
                    self.is_unreadable |=
                        is_first && matches!(error, EventError::UnsupportedFormat(_));
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
        self.is_finished = true;
    }

    /// The next whole block of a page's failure texts; once the run is finished also the rest.
    pub fn take_page_details(&mut self) -> Option<String> {
        let is_finished = self.is_finished;
        self.columns.as_mut()?.take_details(is_finished)
    }

    /// The page of a run that is finished, once, after all its details.
    pub fn take_page(&mut self) -> Option<Page> {
        let header = self.header.as_ref().filter(|_| self.is_finished)?;
        let columns = self.columns.take()?;
        let aborted = self.abort_reason.as_deref().unwrap_or(BROKEN_OFF);
        let problems = self.problems();
        Some(columns.finish(&Course {
            header,
            tags: &self.tags,
            end: self.now,
            status: self.status,
            aborted: (!self.is_over).then_some(aborted),
            problems: problems.get(..limits::QUOTED).unwrap_or(&problems),
        }))
    }

    /// The next request, with as many results as are allowed and wait.
    pub fn take_upload(&mut self, max_results: u32) -> Option<Upload> {
        let header = self.header.as_ref()?;
        let max_results = max_results.clamp(
            *limits::UPLOAD_RESULTS.start(),
            *limits::UPLOAD_RESULTS.end(),
        );
        let mut body = test_engine::opening(header, &self.tags);
        let mut numbers = Ranges::default();
        let mut results = 0;
        while results < max_results
            && let Some(next) = self.waiting.pop(Output::Uploads)
        {
            let json = next.test_engine(header);
            if results > 0 {
                if body.len() + json.len() + 3 > limits::UPLOAD_BYTES {
                    self.waiting.unpop(Output::Uploads, next);
                    break;
                }
                body.push(',');
            }
            body.push_str(json);
            numbers.insert(next.number, next.number);
            results += 1;
        }
        body.push_str(test_engine::CLOSING);
        (results > 0).then(|| Upload {
            body,
            results,
            receipt: receipt("uploaded", &numbers),
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
            array.push_str(next.test_engine(header));
        }
        array.push(']');
        (array.len() > 2).then_some(array)
    }

    /// Keeps the results of a batch of tests from now on, each by its node id and its file.
    pub fn keep_batch(&mut self, tests: Vec<(String, String)>) {
        self.batch = Some(Batch::new(tests));
    }

    /// The report of the batch that was kept last: the last result of each of its tests, as a JSON
    /// array.
    pub fn take_batch(&mut self) -> String {
        self.batch.take().unwrap_or_default().into_report()
    }

    /// The next request with traces, of as many executions as are allowed and wait.
    pub fn take_traces(&mut self, max_executions: u32) -> Option<Traces> {
        let header = self.header.as_ref()?;
        let settings = self.traces.as_ref()?;
        let max_executions = max_executions.clamp(1, limits::TRACES);
        let mut batch = otlp::Batch::new(settings, header, &self.tags);
        let mut numbers = Ranges::default();
        let mut executions = 0;
        while executions < max_executions
            && let Some(next) = self.waiting.pop(Output::Traces)
        {
            if !next.trace(&mut batch) {
                self.waiting.unpop(Output::Traces, next);
                break;
            }
            numbers.insert(next.number, next.number);
            executions += 1;
        }
        (executions > 0).then(|| Traces {
            body: batch.into_body(),
            receipt: receipt("exported", &numbers),
            executions,
        })
    }

    /// How many results wait to be uploaded.
    #[must_use]
    pub fn uploadable(&self) -> u64 {
        self.waiting.count(Output::Uploads)
    }

    /// How many results wait to be uploaded or exported, whichever are more.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.uploadable().max(self.waiting.count(Output::Traces))
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

    /// What a person should hear of.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        let header = self.header.as_ref().filter(|_| self.traces.is_some());
        if header.is_some_and(|header| header.telemetry.broken > 0) {
            problems.add(
                "what is no key=value, or is one too many, is ignored",
                || Place {
                    detail: "OTEL_RESOURCE_ATTRIBUTES".to_owned(),
                    ..Place::default()
                },
            );
        }
        if self.is_unreadable {
            problems.add(
                "the run is of a format that this version does not read, so that nothing is made of it",
                Place::default,
            );
        } else if self.header.is_none() && self.counts != Counts::default() {
            problems.add(
                "there is no run-started, so that nothing can be taken",
                Place::default,
            );
        }
        if let Some(names) = self.unknown.names() {
            let kind = "this version does not know that; a word may be misspelt";
            problems.add(kind, || Place {
                detail: names,
                ..Place::default()
            });
        }
        problems.as_slice().to_vec()
    }

    fn fold(&mut self, parsed: Parsed) {
        self.not_understood += parsed.unknown_fields;
        for name in parsed.unknown {
            self.unknown.add(name);
        }
        for ignored in parsed.ignored {
            let line = Some(self.lines);
            self.problems
                .add_of_field(ignored.why, ignored.field, || Place {
                    line,
                    ..Place::default()
                });
        }
        match parsed.event {
            Event::RunStarted(run) => self.run_started(*run),
            Event::TestStarted(test) => self.test_started(test),
            Event::Span(span) => self.span(span),
            Event::AutoSpan(calls) => self.calls(calls),
            Event::Tag(tag) => self.tag(tag),
            Event::Phase(phase) => match self.running.get_mut(phase.execution) {
                Some(execution) => {
                    let end = phase.end.unwrap_or(0);
                    execution.phase(phase);
                    self.tick(end);
                }
                None => self.not_running(phase.execution, "phase"),
            },
            Event::TestFinished(test) => self.test_finished(test),
            Event::Result(result) => self.earlier_result(result),
            Event::Uploaded(uploaded) => self.accepted(Output::Uploads, uploaded),
            Event::Exported(exported) => self.accepted(Output::Traces, exported),
            Event::RunFinished(run) => {
                self.tick(run.time);
                self.status = run.status.or(self.status);
                self.is_over = true;
            }
            Event::RunAborted(run) => self.run_aborted(run),
            Event::Unknown(_) => self.not_understood += 1,
        }
    }

    fn run_started(&mut self, run: RunStarted) {
        if self.header.is_some() {
            self.problem("a second run-started is ignored", None, String::new);
            return;
        }
        let (id, started_at) = (run.id, run.unix_time_ms);
        let [collector, runner, language] =
            [&run.collector, &run.runner, &run.language].map(|tool| {
                let mut tool = tool.clone()?;
                tool.scrub();
                Some(tool)
            });
        let surroundings = Surroundings::of(run);
        for problem in surroundings.problems {
            self.problems.add(problem.why, || Place {
                detail: problem.what,
                ..Place::default()
            });
        }
        self.header = Some(Header {
            id,
            run_env: surroundings.run_env,
            location_prefix: surroundings.location_prefix,
            worker: surroundings.worker,
            telemetry: surroundings.telemetry,
            started_at,
            collector,
            runner,
            language,
        });
        for (tag, place) in surroundings.tags.into_iter().zip(1..) {
            let Some(tag) = tag else {
                continue;
            };
            // It quotes no key either: what is in a setting may be a secret.
            if let Err(refused) = self.tags.add(tag.key, tag.value) {
                self.problems.add(refused.why, || Place {
                    detail: format!("setting tags, entry {place}"),
                    ..Place::default()
                });
            }
        }
    }

    fn upload_tag(&mut self, tag: Tag) {
        if let Err(refused) = self.tags.add(tag.key, tag.value) {
            self.problems.add(refused.why, || Place {
                detail: format!("the upload, {}", refused.tag),
                ..Place::default()
            });
        }
    }

    fn test_started(&mut self, mut test: TestStarted) {
        test.time = test.time.max(0);
        let (time, number) = (test.time, test.execution);
        if self.reserve(number, "test-started") {
            self.running.start(Execution::new(test));
            self.tick(time);
        }
    }

    /// Takes a number for an execution, and says whether it may be used.
    fn reserve(&mut self, number: u64, event: &str) -> bool {
        let is_new = self.running.reserve(number);
        if !is_new {
            let why = "its number is not greater than all before it";
            self.problem(why, Some(number), || event.to_owned());
        }
        is_new
    }

    fn test_finished(&mut self, test: TestFinished) {
        let Some(mut execution) = self.running.finish(test.execution) else {
            return self.not_running(test.execution, "test-finished");
        };
        if let Some(call) = test.call() {
            execution.phase(call);
        }
        execution.around(test.setup, test.teardown);
        if let Some(worker) = test.worker {
            execution.ran_in(worker);
        }
        self.tick(test.time);
        self.settle(execution, test.time, Ending::Finished);
    }

    fn earlier_result(&mut self, event: EarlierResult) {
        let number = event.execution;
        let limited = match earlier_result::read(event.result) {
            Ok(limited) => limited,
            Err(why) => return self.problem(why, Some(number), || "result".to_owned()),
        };
        if self.reserve(number, "result") {
            if limited.is_cut {
                let why = "the result is cut to its limits";
                self.problem(why, Some(number), || "result".to_owned());
            }
            let ended = || Ended::of_result(number, limited.result, &limited.value);
            if let Some(columns) = &mut self.columns {
                columns.push(&ended());
            }
            let is_traced = self.waiting.is_wanted(Output::Traces, number);
            let traced = is_traced.then(ended);
            self.keep(Settled::earlier(
                number,
                limited.result,
                limited.json,
                traced,
            ));
        }
    }

    fn span(&mut self, mut span: Span) {
        span.start = span.start.map(|start| start.max(0));
        span.end = span.end.map(|end| end.max(0));
        match self.running.get_mut(span.execution) {
            Some(execution) => {
                let end = span.end.unwrap_or(0);
                execution.span(span, &mut self.problems);
                self.tick(end);
            }
            None => self.not_running(span.execution, "span"),
        }
    }

    fn calls(&mut self, mut calls: Box<AutoSpan>) {
        calls.start = calls.start.map(|start| start.max(0));
        calls.end = calls.end.map(|end| end.max(0));
        match self.running.get_mut(calls.execution) {
            Some(execution) => {
                let end = calls.end.unwrap_or(0);
                execution.calls(&calls, &mut self.scrubbed, &mut self.problems);
                self.tick(end);
            }
            None => self.not_running(calls.execution, "auto-span"),
        }
    }

    fn tag(&mut self, tag: Tag) {
        match tag.execution {
            Some(number) => match self.running.get_mut(number) {
                Some(execution) => execution.tag(tag, &mut self.problems),
                None => self.not_running(number, "tag"),
            },
            None => self.upload_tag(tag),
        }
    }

    fn not_running(&mut self, number: u64, event: &str) {
        let why = match self.running.is_past(number) {
            true => "it has finished, or never started",
            false => "it has not started",
        };
        self.problem(why, Some(number), || event.to_owned());
    }

    /// Adds a problem of the line that was just read.
    fn problem(
        &mut self,
        kind: &'static str,
        execution: Option<u64>,
        detail: impl FnOnce() -> String,
    ) {
        let line = Some(self.lines);
        self.problems.add(kind, || Place {
            line,
            execution,
            detail: detail(),
            ..Place::default()
        });
    }

    /// A run that is aborted more than once was so for the first reason that somebody knew.
    fn run_aborted(&mut self, run: RunAborted) {
        self.tick(run.time.unwrap_or(0));
        let reason = run.reason.map(without_escapes);
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        self.abort_reason = self.abort_reason.take().or(reason);
    }

    fn accepted(&mut self, output: Output, accepted: Uploaded) {
        for (first, last) in accepted.executions {
            self.waiting.accept(output, first, last);
        }
    }

    fn settle(&mut self, execution: Execution, time: i64, ending: Ending<'_>) {
        let mut ended = execution.end(time, ending, &mut self.problems);
        if self.traces.is_some() {
            ended.attempt = self.attempts.of(&ended);
        }
        if let Some(columns) = &mut self.columns {
            columns.push(&ended);
        }
        if let (Some(batch), Some(header)) = (&mut self.batch, &self.header) {
            batch.keep(header, &ended);
        }
        let is_traced = self.waiting.is_wanted(Output::Traces, ended.number);
        self.keep(Settled::ended(ended, is_traced));
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

/// The event of that name for these executions.
fn receipt(event: &str, numbers: &Ranges) -> String {
    let mut json = Writer::default();
    json.raw(r#"{"event":"#)
        .text(event)
        .raw(r#","executions":"#);
    numbers.write(&mut json);
    json.raw("}");
    json.into_string()
}
