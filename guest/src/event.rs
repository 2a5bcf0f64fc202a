//! The vocabulary: what one line of a run's events says.
//!
//! `wit/events.schema.json` describes the same lines for those who write them. A field that this
//! version does not know is passed over and counted; a known field of the wrong type makes the
//! line malformed.

use std::fmt;

use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::identity::RunId;
use crate::settings::Settings;
use crate::text::scrubbed;

/// The format of the events that this version reads, as `run-started` states it.
pub const FORMAT: u32 = 1;

/// One event of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The run begins. The first event of every run.
    RunStarted(Box<RunStarted>),
    /// A test begins.
    TestStarted(TestStarted),
    /// Something inside a test took time.
    Span(Span),
    /// A key and a value for one execution, or for the whole upload.
    Tag(Tag),
    /// A part of a test is over.
    Phase(Phase),
    /// A test is over.
    TestFinished(TestFinished),
    /// A result that an earlier run has settled.
    Result(EarlierResult),
    /// The server has accepted these executions.
    Uploaded(Uploaded),
    /// The run is over, in order.
    RunFinished(RunFinished),
    /// An event of a later version, by its name.
    Unknown(String),
}

impl Event {
    /// The event's name in a line.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::RunStarted(_) => RUN_STARTED,
            Self::TestStarted(_) => TEST_STARTED,
            Self::Span(_) => SPAN,
            Self::Tag(_) => TAG,
            Self::Phase(_) => PHASE,
            Self::TestFinished(_) => TEST_FINISHED,
            Self::Result(_) => RESULT,
            Self::Uploaded(_) => UPLOADED,
            Self::RunFinished(_) => RUN_FINISHED,
            Self::Unknown(name) => name,
        }
    }
}

/// The run begins: who runs it, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStarted {
    /// A random UUID of the host's making: the run's key where the CI system gives none, and what
    /// the ids of its executions are derived from.
    pub id: RunId,
    /// Those of the environment variables asked for that are set. What is no text counts as unset.
    pub environment: Map<String, Value>,
    /// Those of the values in files asked for that were found. What is no text counts as not found.
    pub found: Map<String, Value>,
    /// What git says of the working tree, where the host was told to ask it.
    pub git: Option<Git>,
    /// What the host was told to do.
    pub settings: Settings,
    /// The library that sends the results.
    pub collector: Option<Tool>,
    /// The test runner.
    pub runner: Option<Tool>,
    /// The programming language of the tests.
    pub language: Option<Tool>,
}

/// What git says of the working tree.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Git {
    /// The branch that is checked out; `HEAD` where none is.
    pub branch: Option<String>,
    /// Commits that the run may be of, first the one that is checked out.
    pub commits: Vec<Commit>,
}

/// A commit in git.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Commit {
    /// Its whole hash.
    pub sha: String,
    /// Its message.
    pub message: Option<String>,
}

/// Something with a name and a version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tool {
    /// Its name, lower case: `pytest`.
    pub name: String,
    /// Its version: `9.2.0`.
    pub version: Option<String>,
}

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
    pub detail: Option<Value>,
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
    pub key: Option<Value>,
    /// The value. Anything but a string is reported and dropped.
    pub value: Option<Value>,
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
            *text = scrubbed(std::mem::take(text));
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

/// A result that an earlier run has settled.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierResult {
    /// The execution's number, greater than all before it in the run.
    pub execution: u64,
    /// An element of the array that `--json` writes.
    pub result: Map<String, Value>,
}

/// The server has accepted these executions.
#[derive(Debug, Clone, PartialEq)]
pub struct Uploaded {
    /// Ranges of execution numbers, both ends included.
    pub executions: Vec<(u64, u64)>,
}

/// The run is over, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFinished {
    /// When, in nanoseconds since the run started.
    pub time: i64,
    /// The runner's exit status.
    pub status: Option<i64>,
}

/// A line's event, and how much of the line was not understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The event.
    pub event: Event,
    /// Fields that this version does not know.
    pub unknown_fields: u64,
}

/// Why a line is not an event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventError {
    /// Not a JSON object, or a field is missing or of the wrong type.
    Malformed(String),
    /// A `run-started` of this other format.
    UnsupportedFormat(u32),
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "not an event: {why}"),
            Self::UnsupportedFormat(format) => {
                write!(f, "format {format} is not {FORMAT}")
            }
        }
    }
}

impl std::error::Error for EventError {}

/// Reads one line.
///
/// # Errors
///
/// [`EventError::Malformed`] and [`EventError::UnsupportedFormat`].
///
/// ```
/// use collector::event::{Event, parse};
///
/// let line = r#"{"event":"test-finished","execution":7,"time":1200,"colour":"red"}"#;
/// let parsed = parse(line).unwrap();
/// assert!(matches!(parsed.event, Event::TestFinished(test) if test.execution == 7));
/// assert_eq!(parsed.unknown_fields, 1);
/// ```
pub fn parse(line: &str) -> Result<Parsed, EventError> {
    let mut fields = Fields::parse(line)?;
    let name = fields.need("event", Fields::word)?;
    let event = match &*name {
        RUN_STARTED => run_started(&mut fields)?,
        TEST_STARTED => Event::TestStarted(TestStarted {
            execution: fields.need("execution", Fields::number)?,
            scope: fields.text("scope")?.unwrap_or_default(),
            name: fields.need("name", Fields::text)?,
            file: fields.text("file")?,
            line: fields.number("line")?,
            time: fields.need("time", Fields::time)?,
        }),
        SPAN => Event::Span(Span {
            execution: fields.need("execution", Fields::number)?,
            section: fields.need("section", Fields::text)?,
            start: fields.time("start")?,
            end: fields.time("end")?,
            duration: fields.time("duration")?,
            detail: fields.any("detail"),
            id: fields.number("id")?,
            parent: fields.number("parent")?,
        }),
        TAG => Event::Tag(Tag {
            execution: fields.number("execution")?,
            key: fields.any("key"),
            value: fields.any("value"),
        }),
        PHASE => Event::Phase(Phase {
            execution: fields.need("execution", Fields::number)?,
            when: (&*fields.need("when", Fields::word)?).into(),
            outcome: (&*fields.need("outcome", Fields::word)?).into(),
            start: fields.time("start")?,
            end: fields.time("end")?,
            failures: fields.each("failures", failure)?,
        }),
        TEST_FINISHED => Event::TestFinished(TestFinished {
            execution: fields.need("execution", Fields::number)?,
            time: fields.need("time", Fields::time)?,
            outcome: fields.word("outcome")?.map(|word| (&*word).into()),
            start: fields.time("start")?,
        }),
        RESULT => Event::Result(EarlierResult {
            execution: fields.need("execution", Fields::number)?,
            result: fields.need("result", Fields::object)?,
        }),
        UPLOADED => Event::Uploaded(Uploaded {
            executions: fields.need("executions", Fields::ranges)?,
        }),
        RUN_FINISHED => Event::RunFinished(RunFinished {
            time: fields.need("time", Fields::time)?,
            status: fields.time("status")?,
        }),
        _ => {
            return Ok(Parsed {
                event: Event::Unknown(name.into_owned()),
                unknown_fields: 0,
            });
        }
    };
    Ok(Parsed {
        event,
        unknown_fields: fields.left(),
    })
}

fn run_started(fields: &mut Fields<'_>) -> Result<Event, EventError> {
    // First of all: another format may give any field another meaning.
    let format = fields.need("format", Fields::number)?;
    if format != u64::from(FORMAT) {
        let format = u32::try_from(format).unwrap_or(u32::MAX);
        return Err(EventError::UnsupportedFormat(format));
    }
    let id = fields.need("id", Fields::text)?;
    // For people who read a journal; nothing is computed from it.
    fields.number("unix_time_ms")?;
    Ok(Event::RunStarted(Box::new(RunStarted {
        id: RunId::parse(&id).ok_or_else(|| EventError::Malformed("id: not a UUID".to_owned()))?,
        environment: fields.object("environment")?.unwrap_or_default(),
        found: fields.object("found")?.unwrap_or_default(),
        git: fields.inner("git", git)?,
        settings: fields
            .inner("settings", Settings::take)?
            .unwrap_or_default(),
        collector: fields.inner("collector", tool)?,
        runner: fields.inner("runner", tool)?,
        language: fields.inner("language", tool)?,
    })))
}

fn git(fields: &mut Fields<'_>) -> Result<Git, EventError> {
    Ok(Git {
        branch: fields.text("branch")?,
        commits: fields.each("commits", commit)?,
    })
}

fn commit(fields: &mut Fields<'_>) -> Result<Commit, EventError> {
    Ok(Commit {
        sha: fields.need("sha", Fields::text)?,
        message: fields.text("message")?,
    })
}

fn tool(fields: &mut Fields<'_>) -> Result<Tool, EventError> {
    Ok(Tool {
        name: fields.need("name", Fields::text)?,
        version: fields.text("version")?,
    })
}

fn failure(fields: &mut Fields<'_>) -> Result<Failure, EventError> {
    Ok(Failure {
        reason: fields.text("reason")?,
        expanded: fields.texts("expanded")?,
        backtrace: fields.texts("backtrace")?,
    })
}

const RUN_STARTED: &str = "run-started";
const TEST_STARTED: &str = "test-started";
const SPAN: &str = "span";
const TAG: &str = "tag";
const PHASE: &str = "phase";
const TEST_FINISHED: &str = "test-finished";
const RESULT: &str = "result";
const UPLOADED: &str = "uploaded";
const RUN_FINISHED: &str = "run-finished";

#[cfg(test)]
mod tests {
    use super::*;

    fn malformed(line: &str) -> String {
        match parse(line) {
            Err(EventError::Malformed(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_malformed_line_names_the_field() {
        assert_eq!(malformed(r#"{"execution":1}"#), "no event");
        assert_eq!(malformed(r#"{"event":"test-started"}"#), "no execution");
        let why = malformed(r#"{"event":"phase","execution":"one"}"#);
        assert_eq!(why, "execution: not a whole number");
    }

    #[test]
    fn what_is_not_an_object_is_malformed() {
        for line in [
            "",
            "1",
            "[]",
            "nonsense",
            "{",
            "null",
            "\"event\"",
            r#"["coverage"]"#,
        ] {
            malformed(line);
        }
    }

    #[test]
    fn numbers_that_json_readers_disagree_on_are_malformed() {
        for time in ["NaN", "1e999", "1.5", "99999999999999999999"] {
            malformed(&format!(
                r#"{{"event":"run-finished","time":{time},"status":0}}"#
            ));
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_unknown_whatever_its_fields() {
        let parsed = parse(r#"{"event":"coverage","execution":"all","time":{}}"#).unwrap();
        assert_eq!(parsed.event, Event::Unknown("coverage".into()));
    }

    #[test]
    fn an_array_is_no_object() {
        let phase = r#"{"event":"phase","execution":1,"when":"call","outcome":"failed""#;
        malformed(&format!(r#"{phase},"failures":[["reason"]]}}"#));
        let id = "5e2b1c1e-0000-4000-8000-000000000000";
        let run = format!(r#"{{"event":"run-started","format":1,"id":"{id}""#);
        malformed(&format!(r#"{run},"runner":["pytest","9.2.0"]}}"#));
    }

    #[test]
    fn null_is_an_absent_field() {
        let parsed = parse(r#"{"event":"run-finished","time":5,"status":null}"#).unwrap();
        assert!(matches!(parsed.event, Event::RunFinished(run) if run.status.is_none()));
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        let line =
            r#"{"event":"run-started","format":2,"id":"5e2b1c1e-0000-4000-8000-000000000000"}"#;
        assert_eq!(parse(line), Err(EventError::UnsupportedFormat(2)));
    }
}
