//! What a settled execution becomes when an output takes it, a file for each form.
//!
//! | form | for the outputs |
//! |---|---|
//! | [`test_engine`], an element of an upload's `data` | uploads, results |
//! | [`page`], a place in each column | the report page |
//! | [`Batch`], the report of a batch of tests | batches |
//!
//! Outputs of the same form share one encoding.

mod batch;
pub mod otlp;
pub mod page;
mod settled;
pub mod test_engine;

pub use batch::Batch;
pub use settled::Settled;

use crate::environment::{RunEnv, Telemetry};
use crate::event::Tool;
use crate::run_id::RunId;

/// What all results of a run share.
#[derive(Debug)]
pub struct Header {
    /// What the ids of executions are derived from.
    pub id: RunId,
    /// Where the run takes place.
    pub run_env: RunEnv,
    /// What comes before the paths of all files.
    pub location_prefix: Option<String>,
    /// The agent that runs the tests.
    pub worker: Option<String>,
    /// When it started, in milliseconds since 1970-01-01T00:00:00Z, by the clock of its host.
    pub started_at: Option<u64>,
    /// What is said of its traces.
    pub telemetry: Telemetry,
    /// The library that recorded it.
    pub collector: Option<Tool>,
    /// The test runner.
    pub runner: Option<Tool>,
    /// The programming language of the tests.
    pub language: Option<Tool>,
}
