//! What a person should hear of, once, after the run.

use crate::{limits, scrub, text};

/// One thing that a person should hear of, and how often it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What happened, in words that are the same for all problems of a kind.
    pub kind: &'static str,
    /// Where it happened first.
    pub place: Place,
    /// How often.
    pub count: u64,
}

/// Where something happened, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The number of the line.
    pub line: Option<u64>,
    /// The number of the execution.
    pub execution: Option<u64>,
    /// The field that is ignored. Each has problems of its own.
    pub field: &'static str,
    /// Of what: a test, a span. What events say in it is scrubbed and cut when it is added.
    pub detail: String,
}

impl Problem {
    /// A sentence on one line, without terminal codes:
    /// `line 4, execution 3, phase: it has not started (2 times)`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let place = &self.place;
        let parts = [
            place.line.map(|line| format!("line {line}")),
            place
                .execution
                .map(|execution| format!("execution {execution}")),
            (!place.field.is_empty()).then(|| format!("ignored field {}", place.field)),
            (!place.detail.is_empty()).then(|| place.detail.clone()),
        ];
        let mut sentence = String::new();
        for part in parts.iter().flatten() {
            if !sentence.is_empty() {
                sentence.push_str(", ");
            }
            sentence.push_str(part);
        }
        if !sentence.is_empty() {
            sentence.push_str(": ");
        }
        sentence.push_str(self.kind);
        if self.count > 1 {
            sentence.push_str(&format!(" ({} times)", self.count));
        }
        sentence
    }
}

/// The problems of a run, each kind once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one. The first of its kind says where it happened.
    pub fn add(&mut self, kind: &'static str, place: impl FnOnce() -> Place) {
        self.add_of_field(kind, "", place);
    }

    /// The same, of a field.
    pub fn add_of_field(
        &mut self,
        kind: &'static str,
        field: &'static str,
        place: impl FnOnce() -> Place,
    ) {
        if !self.repeats(kind, field) {
            self.insert(kind, field, place());
        }
    }

    /// Counts another of a kind, if there was one before, and says whether there was.
    fn repeats(&mut self, kind: &'static str, field: &'static str) -> bool {
        let is_known =
            |problem: &&mut Problem| problem.kind == kind && problem.place.field == field;
        let known = self.0.iter_mut().find(is_known);
        known.map(|problem| problem.count += 1).is_some()
    }

    fn insert(&mut self, kind: &'static str, field: &'static str, mut place: Place) {
        let detail = text::shortened(&place.detail, limits::PROBLEM_CHARS);
        place.detail = scrub::one_line(detail.0.into_owned());
        place.field = field;
        self.0.push(Problem {
            kind,
            place,
            count: 1,
        });
    }

    /// All kinds, in the order in which they first happened.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_repeats_is_one_problem() {
        let mut problems = Problems::default();
        for line in 4..7 {
            problems.add("it has not started", || Place {
                line: Some(line),
                execution: Some(3),
                detail: "phase".to_owned(),
                ..Place::default()
            });
        }
        for field in ["name", "file", "name"] {
            problems.add_of_field("not a text", field, Place::default);
        }
        problems.add("it was ignored", Place::default);
        let sentences: Vec<_> = problems.as_slice().iter().map(Problem::sentence).collect();
        assert_eq!(
            sentences,
            [
                "line 4, execution 3, phase: it has not started (3 times)",
                "ignored field name: not a text (2 times)",
                "ignored field file: not a text",
                "it was ignored"
            ]
        );
    }

    #[test]
    fn a_sentence_is_safe_and_short_whatever_events_say() {
        let sentence = |detail: String| {
            let mut problems = Problems::default();
            let place = Place {
                detail,
                ..Place::default()
            };
            problems.add("it was ignored", || place);
            problems.as_slice()[0].sentence()
        };
        let detail = "span \u{1b}[31mX\nsecond line\u{1b}[0m";
        assert_eq!(
            sentence(detail.to_owned()),
            "span X second line: it was ignored"
        );
        let long = sentence("x".repeat(limits::PROBLEM_CHARS + 1));
        assert!(long.ends_with("…: it was ignored"), "{long}");
        assert_eq!(long.chars().count(), limits::PROBLEM_CHARS + 16);
    }
}
