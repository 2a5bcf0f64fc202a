//! The vocabulary: what one line of a run's events says, and how it is read.
//!
//! `wit/events.schema.json` describes the same lines for those who write them. A field that this
//! version does not know is ignored and counted. A field of the wrong type is ignored and said where
//! the event can do without it, and makes the line malformed where it cannot.
//!
//! ```text
//! line ──json──► JSON ──fields──► fields by name and type ──line──► Event
//! ```

mod auto_span;
mod error;
mod fields;
mod line;
mod run;
mod settings;
mod test;

pub use auto_span::{AutoSpan, Call};
pub use error::{EventError, FORMAT};
pub use fields::Ignored;
pub use line::{Parsed, parse};
pub use run::{
    Commit, EarlierResult, Git, RunAborted, RunFinished, RunStarted, Texts, Tool, Uploaded,
};
pub use settings::{LOCATION_PREFIX, Settings};
pub use test::{Failure, Outcome, Phase, Span, Tag, TestFinished, TestStarted, When};

/// One event of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The run begins. The first event of every run.
    RunStarted(Box<RunStarted>),
    /// A test begins.
    TestStarted(TestStarted),
    /// Something inside a test took time.
    Span(Span),
    /// Calls inside a test that its host has recorded by itself.
    AutoSpan(Box<AutoSpan>),
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
    /// A receiver of traces has accepted these executions.
    Exported(Uploaded),
    /// The run is over, in order.
    RunFinished(RunFinished),
    /// The process that ran the tests died before it could say that the run is over.
    RunAborted(RunAborted),
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
            Self::AutoSpan(_) => AUTO_SPAN,
            Self::Tag(_) => TAG,
            Self::Phase(_) => PHASE,
            Self::TestFinished(_) => TEST_FINISHED,
            Self::Result(_) => RESULT,
            Self::Uploaded(_) => UPLOADED,
            Self::Exported(_) => EXPORTED,
            Self::RunFinished(_) => RUN_FINISHED,
            Self::RunAborted(_) => RUN_ABORTED,
            Self::Unknown(name) => name,
        }
    }
}

const RUN_STARTED: &str = "run-started";
const TEST_STARTED: &str = "test-started";
const SPAN: &str = "span";
const AUTO_SPAN: &str = "auto-span";
const TAG: &str = "tag";
const PHASE: &str = "phase";
const TEST_FINISHED: &str = "test-finished";
const RESULT: &str = "result";
const UPLOADED: &str = "uploaded";
const EXPORTED: &str = "exported";
const RUN_FINISHED: &str = "run-finished";
const RUN_ABORTED: &str = "run-aborted";
