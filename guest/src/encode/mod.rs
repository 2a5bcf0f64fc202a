//! What a settled execution becomes when an output takes it, a file for each form.
//!
//! | form | for the outputs |
//! |---|---|
//! | [`test_engine`], an element of an upload's `data` | uploads, results |
//!
//! Outputs of the same form share one encoding.

mod settled;
pub mod test_engine;

pub use settled::Settled;

use crate::environment::RunEnv;
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
}
