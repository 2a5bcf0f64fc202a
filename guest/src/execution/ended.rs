//! An execution that has ended: what an output may take, within the limits.

use super::{Execution, Failures, Part, TestResult};
use crate::limits;
use crate::problem::Problems;
use crate::run_id::RunId;
use crate::span::Span;
use crate::tag::Tags;
use crate::text::truncate;

/// Which run of a test an execution is, where the test was run again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempt {
    /// How many there were before it.
    pub before: u64,
    /// The number of the last of them.
    pub previous: u64,
}

/// One run of one test, and its result. Times are nanoseconds since the run started.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The execution's number.
    pub number: u64,
    /// The id that an earlier run has given it; else it follows from the number.
    pub id: Option<RunId>,
    /// Which attempt it is. Known for a run alone of which traces are taken.
    pub attempt: Attempt,
    /// Its parts, as far as they were said.
    pub parts: Vec<Part>,
    /// The group that the test belongs to. Scope and name identify a test across runs.
    pub scope: String,
    /// The test's name.
    pub name: String,
    /// The file that holds the test.
    pub file: Option<String>,
    /// The test's line in that file, counted from 1.
    pub line: Option<u64>,
    /// When it began.
    pub start: i64,
    /// When it ended, as far as known; never before it began.
    pub end: i64,
    /// How long its setup took, in nanoseconds; 0 where that is not known.
    pub setup: i64,
    /// How long its teardown took.
    pub teardown: i64,
    /// Which of the runner's processes ran it, where there are several.
    pub worker: Option<String>,
    /// What its phases say together.
    pub result: TestResult,
    /// Why.
    pub failures: Failures,
    /// What took time in it.
    pub spans: Vec<Span>,
    /// Its tags.
    pub tags: Tags,
}

impl Ended {
    /// Brings an execution within the limits, and says what was cut for that.
    pub(super) fn new(mut execution: Execution, problems: &mut Problems) -> Self {
        let result = execution.verdict.result();
        let failures = std::mem::take(&mut execution.verdict).into_failures();
        let (failures, cuts) = Failures::new(failures);
        let mut spans = std::mem::take(&mut execution.spans);
        for span in std::mem::take(&mut execution.automatic).into_spans() {
            spans.push(span);
        }
        let (spans, left_out) = spans.finish();
        let test = &mut execution.test;
        let file = test.file.as_mut();
        let is_file_cut = file.is_some_and(|file| truncate(file, limits::PATH_CHARS));
        if let Some(worker) = &mut test.worker {
            truncate(worker, limits::WORKER_CHARS);
        }
        for (is_cut, kind) in [
            (
                truncate(&mut test.scope, limits::NAME_CHARS),
                "the scope is cut",
            ),
            (
                truncate(&mut test.name, limits::NAME_CHARS),
                "the name is cut",
            ),
            (is_file_cut, "the file's path is cut"),
            (cuts.reason, "the failure's reason is cut"),
            (cuts.expanded, "the failure's text is cut"),
            (cuts.backtrace, "the failure's backtrace is cut"),
        ] {
            if is_cut {
                problems.add(kind, || execution.place(""));
            }
        }
        if let Some(spans) = left_out {
            problems.add("the shortest spans are left out", || {
                execution.place(&spans)
            });
        }
        let test = execution.test;
        Self {
            number: test.execution,
            id: None,
            attempt: Attempt::default(),
            parts: execution.parts,
            scope: test.scope,
            name: test.name,
            file: test.file,
            line: test.line,
            start: test.time,
            end: execution.end,
            setup: execution.setup,
            teardown: execution.teardown,
            worker: test.worker,
            result,
            failures,
            spans,
            tags: execution.tags,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Failure, TestStarted};
    use crate::execution::{Ending, Verdict};
    use crate::problem::Problem;

    fn execution() -> Execution {
        Execution::new(TestStarted {
            execution: 7,
            scope: String::new(),
            name: "test".to_owned(),
            file: None,
            line: None,
            time: 5,
            worker: None,
        })
    }

    fn ended(execution: Execution) -> (Ended, Vec<String>) {
        let mut problems = Problems::default();
        let ended = execution.end(0, Ending::Finished, &mut problems);
        let sentences = problems.as_slice().iter().map(Problem::sentence);
        (ended, sentences.collect())
    }

    #[test]
    fn an_identity_is_cut_without_a_mark() {
        let long = |chars: usize| "ä".repeat(chars);
        let mut at_the_limits = execution();
        at_the_limits.test.scope = long(limits::NAME_CHARS);
        at_the_limits.test.name = long(limits::NAME_CHARS);
        at_the_limits.test.file = Some(long(limits::PATH_CHARS));
        let mut above = at_the_limits.clone();
        let (kept, problems) = ended(at_the_limits);
        assert!(problems.is_empty());
        for text in [&mut above.test.scope, &mut above.test.name] {
            text.push('x');
        }
        above.test.file.as_mut().unwrap().push('x');
        let (cut, problems) = ended(above);
        assert_eq!(
            (cut.scope, cut.name, cut.file),
            (kept.scope, kept.name, kept.file)
        );
        let kinds = [
            "the scope is cut",
            "the name is cut",
            "the file's path is cut",
        ];
        assert_eq!(problems.len(), kinds.len());
        for (problem, kind) in problems.iter().zip(kinds) {
            assert!(problem.ends_with(&format!("…: {kind}")), "{problem}");
        }
    }

    #[test]
    fn what_of_a_failure_is_cut_is_said_of_its_test() {
        let mut execution = execution();
        execution.verdict = Verdict::default();
        execution.verdict.crash("x".repeat(2_000).as_str());
        execution.verdict.add(crate::event::Phase {
            execution: 7,
            when: crate::event::When::Call,
            outcome: crate::event::Outcome::Failed,
            start: None,
            end: None,
            failures: vec![Failure {
                reason: None,
                expanded: vec!["x".repeat(20_000)],
                backtrace: vec!["x".repeat(200_000)],
                part: None,
            }],
        });
        let (_, problems) = ended(execution);
        assert_eq!(
            problems,
            [
                "test: the failure's reason is cut",
                "test: the failure's text is cut",
                "test: the failure's backtrace is cut",
            ]
        );
    }

    #[test]
    fn spans_that_are_left_out_are_summed() {
        let mut execution = execution();
        let mut problems = Problems::default();
        for duration in 0..6_000 {
            execution.span(
                crate::event::Span {
                    execution: 7,
                    section: "sleep".to_owned(),
                    duration: Some(duration),
                    ..crate::event::Span::default()
                },
                &mut problems,
            );
        }
        let (ended, problems) = ended(execution);
        assert_eq!(ended.spans.len(), limits::SPANS);
        assert_eq!(
            problems,
            ["test, 1000 sleep in 0.0004995 s: the shortest spans are left out"]
        );
    }

    #[test]
    fn an_end_is_never_before_the_last_that_is_known() {
        let (ended, _) = ended(execution());
        assert_eq!((ended.start, ended.end), (5, 5));
    }
}
