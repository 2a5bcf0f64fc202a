//! A CI system: how it is known, and which variables say what about the run.

use super::variables::Variables;
use super::{condition, filter, template};

/// An entry of the table. What it does not say is that of [`UNKNOWN`].
///
/// A value is a list of [templates](template); the first whose variables are all set counts.
pub struct Provider {
    /// What Test Engine knows the system by: its own name for it where it has one, else the
    /// system's in snake case.
    pub name: &'static str,
    /// The system's documentation of its variables.
    #[cfg_attr(not(test), allow(dead_code, reason = "for those who read the entry"))]
    pub docs: &'static str,
    /// Whether variables are taken as they are, as the collectors before this one took them. Else
    /// blanks around values go, and branches lose their `refs/heads/`.
    pub is_exact: bool,
    /// The [condition](condition) by which the system is known: its own marker, never `CI` alone.
    pub detect: &'static str,
    /// The run's id: the same for all its jobs, another for each attempt at it. Without one the run
    /// has a random key.
    pub key: &'static [&'static str],
    /// The page of the run, not of one job.
    pub url: &'static [&'static str],
    /// The branch, or the tag of a tag's build; of a pull request its head, never its target.
    pub branch: &'static [&'static str],
    /// The [condition](condition) by which a pull request's build is known, where `branch` would
    /// give its target.
    pub pull_request: &'static str,
    /// The branch of such a build.
    pub pull_request_branch: &'static [&'static str],
    /// Values of a branch that say that there is none.
    pub no_branch: &'static [&'static str],
    /// The commit; of a pull request its head where the system says so, else what was built.
    pub commit_sha: &'static [&'static str],
    /// The number by which people know the run.
    pub number: &'static [&'static str],
    /// The job that ran the tests.
    pub job_id: &'static [&'static str],
    /// The commit's message.
    pub message: &'static [&'static str],
}

/// A system of which nothing is known.
pub const UNKNOWN: Provider = Provider {
    name: "",
    docs: "",
    is_exact: false,
    detect: "",
    key: &[],
    url: &[],
    branch: &[],
    pull_request: "",
    pull_request_branch: &[],
    no_branch: &[],
    commit_sha: &[],
    number: &[],
    job_id: &[],
    message: &[],
};

/// What of a `run_env` a provider may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Key,
    Url,
    Branch,
    CommitSha,
    Number,
    JobId,
    Message,
}

impl Provider {
    /// Whether the run takes place here.
    pub fn is_here(&self, variables: &Variables<'_>) -> bool {
        condition::holds(self.detect, variables)
    }

    /// What this system says of a run.
    pub fn value(&self, field: Field, variables: &Variables<'_>) -> Option<String> {
        let templates = match field {
            Field::Key => self.key,
            Field::Url => self.url,
            Field::Branch if condition::holds(self.pull_request, variables) => {
                self.pull_request_branch
            }
            Field::Branch => self.branch,
            Field::CommitSha => self.commit_sha,
            Field::Number => self.number,
            Field::JobId => self.job_id,
            Field::Message => self.message,
        };
        templates.iter().find_map(|template| {
            let value = template::value(template, variables)?;
            match field {
                Field::Branch => self.branch_of(value),
                _ => Some(value),
            }
        })
    }

    /// Every template of it.
    pub fn templates(&self) -> impl Iterator<Item = &'static str> {
        [
            self.key,
            self.url,
            self.branch,
            self.pull_request_branch,
            self.commit_sha,
            self.number,
            self.job_id,
            self.message,
        ]
        .into_iter()
        .flatten()
        .copied()
    }

    /// The variables that it names, some more than once.
    pub fn variables(&self) -> impl Iterator<Item = &'static str> {
        condition::variables(self.detect)
            .chain(condition::variables(self.pull_request))
            .chain(self.templates().flat_map(template::variables))
    }

    fn branch_of(&self, value: String) -> Option<String> {
        let value = match self.is_exact {
            true => value,
            false => filter::short_ref(&value).to_owned(),
        };
        (!value.is_empty() && !self.no_branch.contains(&value.as_str())).then_some(value)
    }
}
