//! Why a test did not pass, within what the server keeps.

use crate::event::Failure;
use crate::limits;
use crate::text::{self, contains};

/// How much room is kept for the text of each further failure while an earlier one is written, in
/// characters, as far as half of the whole room goes.
const RESERVED_CHARS: usize = 200;

/// How much of a line of a reason is looked for in a failure's text.
const COMPARED_CHARS: usize = 200;

/// A short summary, and what stands below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failures {
    /// The first failure's reason, in at most [`limits::REASON_CHARS`].
    pub reason: Option<String>,
    /// Texts of at most [`limits::EXPANDED_CHARS`] and backtraces of at most
    /// [`limits::BACKTRACE_BYTES`] in all. An entry has one of them at least.
    pub entries: Vec<Entry>,
}

/// What a person reads of a failure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// Its text, line by line.
    pub expanded: Vec<String>,
    /// Where it happened, an entry a line.
    pub backtrace: Vec<String>,
    /// The part of the execution that it belongs to, by its index.
    pub part: Option<usize>,
}

/// What was cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cuts {
    /// The reason, which stands above the first text then.
    pub reason: bool,
    /// A text.
    pub expanded: bool,
    /// A backtrace.
    pub backtrace: bool,
}

impl Failures {
    /// Brings failures within the limits. What the summary cannot hold of their reasons stands in
    /// the texts, where it does not already.
    #[must_use]
    pub fn new(failures: Vec<Failure>) -> (Self, Cuts) {
        let mut cuts = Cuts::default();
        let mut chars = limits::EXPANDED_CHARS;
        let mut bytes = limits::BACKTRACE_BYTES;
        let wanted = failures.iter().map(|failure| {
            let reason = failure.reason.as_deref().map_or(0, str::len);
            RESERVED_CHARS.min(reason + text::length(&failure.expanded))
        });
        let mut reserved: usize = wanted.clone().sum();
        let wanted: Vec<_> = wanted.collect();
        let mut made = Self::default();
        for (index, failure) in failures.into_iter().enumerate() {
            let mut lines = failure.expanded;
            if let Some(reason) = failure.reason {
                let short = text::shortened(&reason, limits::REASON_CHARS);
                let is_told = index == 0 && !short.1;
                if !is_told && !tells(&lines, &reason) {
                    let mut all: Vec<_> = reason.lines().map(str::to_owned).collect();
                    all.append(&mut lines);
                    lines = all;
                }
                if index == 0 {
                    cuts.reason = short.1;
                    made.reason = Some(short.0.into_owned());
                }
            }
            reserved -= wanted[index];
            let room = chars - reserved.min(chars / 2);
            let (expanded, is_cut) = text::abridged(lines, room);
            cuts.expanded |= is_cut;
            chars -= text::length(&expanded).min(chars);

            let mut backtrace = failure.backtrace;
            let fitting = backtrace.iter().take_while(|line| {
                let fits = line.len() < bytes;
                bytes -= (line.len() + 1).min(bytes);
                fits
            });
            let fitting = fitting.count();
            cuts.backtrace |= fitting < backtrace.len();
            backtrace.truncate(fitting);
            if !expanded.is_empty() || !backtrace.is_empty() {
                made.entries.push(Entry {
                    expanded,
                    backtrace,
                    part: failure.part,
                });
            }
        }
        (made, cuts)
    }
}

/// Whether a text has every line of a reason, in their order.
fn tells(lines: &[String], reason: &str) -> bool {
    let mut lines = lines.iter();
    let mut needed = reason
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    needed.all(|needed| {
        let needed = text::truncated(needed, COMPARED_CHARS);
        lines.any(|line| contains(line, needed))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failure(reason: &str, expanded: &[&str]) -> Failure {
        Failure {
            reason: Some(reason.to_owned()),
            expanded: expanded.iter().map(|line| (*line).to_owned()).collect(),
            ..Failure::default()
        }
    }

    fn texts(failures: &Failures) -> Vec<String> {
        let entries = failures.entries.iter();
        entries.map(|entry| entry.expanded.join("\n")).collect()
    }

    #[test]
    fn the_first_reason_is_the_summary_and_no_text() {
        let (made, cuts) = Failures::new(vec![failure("A", &[])]);
        assert_eq!((made.reason.as_deref(), made.entries.len()), (Some("A"), 0));
        assert_eq!(cuts, Cuts::default());
        let (made, _) = Failures::new(vec![failure("A", &["E  B"])]);
        assert_eq!(texts(&made), ["E  B"]);
        let (made, _) = Failures::new(vec![Failure::default(), failure("B", &[])]);
        assert_eq!(
            (made.reason.as_deref(), texts(&made)),
            (None, vec!["B".to_owned()])
        );
    }

    #[test]
    fn every_reason_is_somewhere() {
        let (made, cuts) = Failures::new(vec![
            failure("A", &["E  A"]),
            failure("B\n\n  more", &["> f()", "E  other"]),
            failure("C", &["> g()", "E  C"]),
            failure("D\nE", &["E  D", "E  E"]),
            failure("F\nG", &["E  G", "E  F"]),
        ]);
        assert_eq!(
            texts(&made),
            [
                "E  A",
                "B\n\n  more\n> f()\nE  other",
                "> g()\nE  C",
                "E  D\nE  E",
                "F\nG\nE  G\nE  F",
            ]
        );
        assert_eq!(cuts, Cuts::default());
    }

    #[test]
    fn what_the_summary_cannot_hold_is_in_the_text() {
        let longest = "r".repeat(limits::REASON_CHARS);
        let (made, cuts) = Failures::new(vec![failure(&longest, &[])]);
        assert_eq!((made.reason, cuts.reason), (Some(longest), false));
        let long = "r".repeat(limits::REASON_CHARS + 1);
        let (made, cuts) = Failures::new(vec![failure(&long, &[])]);
        let reason = made.reason.clone().unwrap();
        assert_eq!(reason.chars().count(), limits::REASON_CHARS);
        assert!(reason.ends_with("r…") && cuts.reason && !cuts.expanded);
        assert_eq!(texts(&made), [long.as_str()]);
        let (made, _) = Failures::new(vec![failure(&long, &[&format!("E  {long}")])]);
        assert_eq!(texts(&made), [format!("E  {long}")]);
    }

    #[test]
    fn all_texts_share_the_room() {
        // A line counts for one more character than it has.
        let fitting = "x".repeat(limits::EXPANDED_CHARS - 1);
        let (made, cuts) = Failures::new(vec![failure("A", &[&fitting])]);
        assert_eq!(
            (texts(&made), cuts.expanded),
            (vec![fitting.clone()], false)
        );
        let (made, cuts) = Failures::new(vec![failure("A", &[&fitting, ""])]);
        assert!(cuts.expanded);
        assert!(text::length(&made.entries[0].expanded) <= limits::EXPANDED_CHARS);
    }

    #[test]
    fn a_long_text_leaves_room_for_later_reasons() {
        let long = "x".repeat(50_000);
        let mut failures = vec![failure("A", &[&long])];
        failures.extend(["B", "C", "D"].map(|reason| failure(reason, &[&long])));
        let (made, cuts) = Failures::new(failures);
        assert!(cuts.expanded);
        let texts = texts(&made);
        assert_eq!(texts.len(), 4);
        for (text, reason) in texts[1..].iter().zip(["B", "C", "D"]) {
            assert!(text.starts_with(reason), "{text}");
        }
        let first = texts[0].chars().count();
        assert!((7_000..limits::EXPANDED_CHARS).contains(&first), "{first}");
    }

    #[test]
    fn all_backtraces_share_the_room() {
        let backtrace = |lines: &[usize]| Failure {
            backtrace: lines.iter().map(|length| "x".repeat(*length)).collect(),
            ..Failure::default()
        };
        let half = limits::BACKTRACE_BYTES / 2 - 1;
        let (made, cuts) = Failures::new(vec![backtrace(&[half]), backtrace(&[half])]);
        assert_eq!((made.entries.len(), cuts.backtrace), (2, false));
        let (made, cuts) = Failures::new(vec![backtrace(&[half]), backtrace(&[half + 1])]);
        assert_eq!((made.entries.len(), cuts.backtrace), (1, true));
        let (made, cuts) = Failures::new(vec![backtrace(&[half, half, 1])]);
        assert_eq!((made.entries[0].backtrace.len(), cuts.backtrace), (2, true));
    }

    proptest! {
        #[test]
        fn whatever_fails_is_within_the_limits(
            failures in prop::collection::vec(
                (
                    prop::option::of((0..1_500_usize, "[a-c]\n[aä]{0,9}")),
                    prop::collection::vec(0..3_000_usize, 0..9),
                    prop::collection::vec(0..40_000_usize, 0..5),
                ),
                0..40,
            ),
        ) {
            let texts = |part: &str, lengths: Vec<usize>| -> Vec<_> {
                lengths.into_iter().map(|length| part.repeat(length)).collect()
            };
            let failures = failures.into_iter().map(|(reason, expanded, backtrace)| Failure {
                reason: reason.map(|(length, text)| "ä".repeat(length) + &text),
                expanded: texts("ß", expanded),
                backtrace: texts("c", backtrace),
                part: None,
            });
            let (made, _) = Failures::new(failures.collect());
            let chars: usize = made.entries.iter().map(|entry| text::length(&entry.expanded)).sum();
            prop_assert!(chars <= limits::EXPANDED_CHARS, "{}", chars);
            let lines = made.entries.iter().flat_map(|entry| &entry.backtrace);
            let bytes: usize = lines.map(|line| line.len() + 1).sum();
            prop_assert!(bytes <= limits::BACKTRACE_BYTES, "{}", bytes);
            for entry in &made.entries {
                prop_assert!(!entry.expanded.is_empty() || !entry.backtrace.is_empty());
            }
        }
    }
}
