//! Events of a whole run.

use super::settings::Settings;
use crate::json::Json;
use crate::limits;
use crate::run_id::RunId;
use crate::scrub::without_escapes;
use crate::text::truncate;

/// The run begins: who runs it, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStarted {
    /// A random UUID of the host's making: the run's key where the CI system gives none, and what
    /// the ids of its executions are derived from.
    pub id: RunId,
    /// When, in milliseconds since 1970-01-01T00:00:00Z by the host's clock.
    pub unix_time_ms: Option<u64>,
    /// Those of the environment variables asked for that are set. What is no text counts as unset.
    pub environment: Texts,
    /// Those of the values in files asked for that were found. What is no text counts as not found.
    pub found: Texts,
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

/// Texts by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts(pub Vec<(String, String)>);

impl Texts {
    /// The text of that name; of two the later one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, text) = self.0.iter().rfind(|(known, _)| known == name)?;
        Some(text)
    }
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

impl Tool {
    /// Takes terminal codes out of its texts, and what is longer than anything of that kind.
    pub fn scrub(&mut self) {
        for text in [Some(&mut self.name), self.version.as_mut()]
            .into_iter()
            .flatten()
        {
            *text = without_escapes(std::mem::take(text));
            truncate(text, limits::PROBLEM_CHARS);
        }
    }
}

/// A result that an earlier run has settled.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierResult {
    /// The execution's number, greater than all before it in the run.
    pub execution: u64,
    /// An element of the array that `--json` writes.
    pub result: Json<'static>,
}

/// A server has accepted these executions.
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

/// The process that ran the tests died; whoever delivers its events says so.
#[derive(Debug, Clone, PartialEq)]
pub struct RunAborted {
    /// When, in nanoseconds since the run started, where that is known.
    pub time: Option<i64>,
    /// How the process ended, in words, for the tests that it left unfinished.
    pub reason: Option<String>,
}
