//! From the outcomes of a test's phases to its one result.

use crate::event::{Failure, Outcome, Phase, When};

/// What Test Engine calls the result of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestResult {
    /// Every part of it did what it should.
    Passed,
    /// Some part of it failed.
    Failed,
    /// It was not run, or failed as expected.
    Skipped,
    /// Nobody knows.
    Unknown,
}

impl TestResult {
    /// The results that there are.
    pub const ALL: [Self; 4] = [Self::Passed, Self::Failed, Self::Skipped, Self::Unknown];

    /// The word for it in a payload.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }
}

/// What a phase with this outcome means for the whole test:
///
/// | phase | `passed` | `failed` | `skipped` | a runner's own word |
/// |---|---|---|---|---|
/// | `call`, `collect` | passed | failed | skipped | failed if it says why |
/// | `setup` | | failed | skipped | failed if it says why |
/// | `teardown`, `subtest` | | failed | | failed if it says why |
/// | `crash` | failed | failed | failed | failed |
///
/// A phase that this version does not know counts as `subtest`. A runner's own word is one like
/// `rerun`: the attempt failed, and another follows.
fn weigh(phase: &Phase) -> Option<TestResult> {
    match (phase.when, phase.outcome) {
        (When::Crash, _) | (_, Outcome::Failed) => Some(TestResult::Failed),
        (When::Call | When::Collect, Outcome::Passed) => Some(TestResult::Passed),
        (_, Outcome::Passed) => None,
        (When::Call | When::Collect | When::Setup, Outcome::Skipped) => Some(TestResult::Skipped),
        (_, Outcome::Skipped) => None,
        (_, Outcome::Other) => (!phase.failures.is_empty()).then_some(TestResult::Failed),
    }
}

/// What the phases of one execution have said so far.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    passed: bool,
    skipped: bool,
    failed: bool,
    skips: Vec<Failure>,
    failures: Vec<Failure>,
    open: Vec<Failure>,
}

impl Verdict {
    /// Takes one more phase into account.
    pub fn add(&mut self, phase: Phase) {
        match weigh(&phase) {
            Some(TestResult::Passed) => self.passed = true,
            Some(TestResult::Failed) => {
                self.failed = true;
                self.failures.extend(phase.failures);
            }
            Some(TestResult::Skipped) => {
                self.skipped = true;
                self.skips.extend(phase.failures);
            }
            Some(TestResult::Unknown) | None => {}
        }
    }

    /// The process is gone: whatever its phases said, the test has failed.
    pub fn crash(&mut self, reason: &str) {
        self.failed = true;
        self.failures.push(reason.into());
    }

    /// Nothing more is to come: where no phase gave a result, this is why.
    pub fn leave_open(&mut self, reason: &str) {
        self.open.push(reason.into());
    }

    /// The test's result: a failure outweighs a skip, a skip outweighs a pass.
    #[must_use]
    pub const fn result(&self) -> TestResult {
        if self.failed {
            TestResult::Failed
        } else if self.skipped {
            TestResult::Skipped
        } else if self.passed {
            TestResult::Passed
        } else {
            TestResult::Unknown
        }
    }

    /// Why the result is what it is, first cause first.
    #[must_use]
    pub fn into_failures(self) -> Vec<Failure> {
        match self.result() {
            TestResult::Failed => self.failures,
            TestResult::Skipped => self.skips,
            TestResult::Unknown => self.open,
            TestResult::Passed => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(phases: &[(&str, &str)]) -> TestResult {
        let mut verdict = Verdict::default();
        for (when, outcome) in phases {
            verdict.add(Phase {
                execution: 1,
                when: When::from(*when),
                outcome: Outcome::from(*outcome),
                start: None,
                end: None,
                failures: vec![],
            });
        }
        verdict.result()
    }

    #[test]
    fn every_row_of_the_table() {
        use TestResult::{Failed, Passed, Skipped, Unknown};
        let setup = ("setup", "passed");
        let teardown = ("teardown", "passed");
        for (phases, expected) in [
            (&[setup, ("call", "passed"), teardown] as &[_], Passed),
            (&[setup, ("call", "failed"), teardown], Failed),
            (&[setup, ("call", "skipped"), teardown], Skipped),
            (&[("setup", "failed"), teardown], Failed),
            (&[("setup", "skipped"), teardown], Skipped),
            (&[setup, ("call", "passed"), ("teardown", "failed")], Failed),
            (
                &[setup, ("call", "skipped"), ("teardown", "failed")],
                Failed,
            ),
            (
                &[setup, ("call", "passed"), ("teardown", "skipped")],
                Passed,
            ),
            (
                &[setup, ("subtest", "failed"), ("call", "passed"), teardown],
                Failed,
            ),
            (
                &[setup, ("subtest", "skipped"), ("call", "passed"), teardown],
                Passed,
            ),
            (&[("collect", "failed")], Failed),
            (&[("collect", "skipped")], Skipped),
            (&[setup, ("crash", "failed")], Failed),
            (&[("crash", "?")], Failed),
            (&[setup, teardown], Unknown),
            (&[], Unknown),
            (&[setup, ("call", "rerun")], Unknown),
        ] {
            assert_eq!(result(phases), expected, "{phases:?}");
        }
    }

    #[test]
    fn a_runners_own_word_with_a_reason_is_a_failure() {
        let mut verdict = Verdict::default();
        verdict.add(Phase {
            execution: 1,
            when: When::Call,
            outcome: Outcome::Other,
            start: None,
            end: None,
            failures: vec![Failure::default()],
        });
        assert_eq!(verdict.result(), TestResult::Failed);
    }
}
