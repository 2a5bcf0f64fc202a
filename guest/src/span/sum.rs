//! Calls of a kind, summed.

use std::rc::Rc;

use super::{ANNOTATION, HTTP, SLEEP, SQL, Span};
use crate::event;
use crate::json::{Json, Object, Writer};

/// The sections of calls, and the text of the detail that says what was called.
const SECTIONS: [(&str, &str); 3] = [(HTTP, "url"), (SQL, "query"), (SLEEP, CONTENT)];

/// What calls are of which only the section is known. Test Engine knows no request without a method.
const OTHERS: [(&str, &str, &str, &str); 2] = [
    (HTTP, ANNOTATION, CONTENT, "other HTTP requests"),
    (SQL, SQL, "query", "other queries"),
];

const CONTENT: &str = "content";

/// What was called, fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Called {
    /// `http`, `sql` or `sleep`.
    pub section: &'static str,
    /// The URL, or the statement; none for calls whose text is not known, and for `sleep`.
    pub text: Option<Rc<str>>,
    /// The method of a request, the library, and the dialect of a statement.
    pub names: [Option<Box<str>>; 3],
}

impl Called {
    /// Calls of which only the section is known.
    pub const fn other(section: &'static str) -> Self {
        Self {
            section,
            text: None,
            names: [const { None }; 3],
        }
    }

    /// Whether it says what was called.
    pub fn is_known(&self) -> bool {
        self.section == SLEEP || self.text.is_some()
    }
}

/// Calls of the same kind. Times are nanoseconds since the run started.
#[derive(Debug, Clone, PartialEq)]
pub struct Calls {
    /// What was called.
    pub called: Called,
    /// When the first began.
    pub start: Option<i64>,
    /// When the last ended.
    pub end: Option<i64>,
    /// How many there are.
    pub count: u64,
    /// How long they took together.
    pub duration: i64,
}

impl Calls {
    /// Adds calls of the same kind.
    pub fn add(&mut self, calls: &Self) {
        self.start = [self.start, calls.start].into_iter().flatten().min();
        self.end = self.end.max(calls.end);
        self.count = self.count.saturating_add(calls.count);
        self.duration = self.duration.saturating_add(calls.duration);
    }

    /// The span that stands for them.
    pub fn into_span(self) -> Span {
        let called = self.called;
        let known = SECTIONS.iter().find(|known| known.0 == called.section);
        let (mut section, mut field) = *known.unwrap_or(&SECTIONS[2]);
        let mut text = called.text.as_deref();
        let other = OTHERS.iter().find(|other| other.0 == section);
        let other = other.filter(|_| text.is_none());
        if let Some(&(_, other_section, other_field, other)) = other {
            (section, field, text) = (other_section, other_field, Some(other));
        }
        let is_sum = self.count > 1 || other.is_some();
        let text = match is_sum {
            true => Some(sum(self.count, text.unwrap_or(section), self.duration)),
            false => text.map(str::to_owned),
        };
        let mut detail = Object::new();
        let [method, lib, dialect] = called.names.map(|name| name.map(String::from));
        let fields = [
            ("method", method),
            (field, text),
            ("lib", lib),
            ("dialect", dialect),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                detail.push((name.into(), Json::Text(value.into())));
            }
        }
        let end = match is_sum {
            true => self.start.map(|start| start.saturating_add(self.duration)),
            false => self.end,
        };
        let span = event::Span {
            section: section.to_owned(),
            start: self.start,
            end,
            duration: Some(self.duration),
            detail: (!detail.is_empty()).then_some(Json::Object(detail)),
            ..event::Span::default()
        };
        // Nobody wrote it by hand: what is missing in it is nothing that a user could mend.
        let mut span = Span::mended(span, &mut |_, _| ());
        span.until = self.end.max(self.start);
        span
    }
}

/// Calls in words: `3,000 × SELECT ?, 1.2 s in all`.
fn sum(count: u64, text: &str, duration: i64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (1_000_000_000, " s"),
        (1_000_000, " ms"),
        (1_000, " µs"),
        (1, " ns"),
    ];
    let duration = duration.unsigned_abs();
    let unit = UNITS.into_iter().find(|(unit, _)| duration >= *unit);
    let (unit, name) = unit.unwrap_or(UNITS[3]);
    let mut words = Writer::default();
    push_grouped(&mut words, count);
    words.raw(" × ").raw(text).raw(", ");
    // Two digits are as exact as anybody needs it.
    match (duration + unit / 20) / unit.max(10).div_ceil(10) {
        tenths @ ..100 if unit > 1 => {
            words.number(tenths / 10).raw(".").number(tenths % 10);
        }
        _ => push_grouped(&mut words, (duration + unit / 2) / unit),
    }
    words.raw(name).raw(" in all");
    words.into_string()
}

/// Adds a number with commas between its thousands.
fn push_grouped(words: &mut Writer, number: u64) {
    if number < 1_000 {
        words.number(number);
        return;
    }
    push_grouped(words, number / 1_000);
    words.raw(",");
    let rest = number % 1_000;
    words.raw(if rest < 100 { "0" } else { "" });
    words.raw(if rest < 10 { "0" } else { "" });
    words.number(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_says_how_many_and_how_long() {
        for (count, duration, expected) in [
            (3_000, 1_234_567_890, "3,000 × a, 1.2 s in all"),
            (1, 0, "1 × a, 0 ns in all"),
            (999, 999, "999 × a, 999 ns in all"),
            (1_020_003, 9, "1,020,003 × a, 9 ns in all"),
            (1_000, 1_000, "1,000 × a, 1.0 µs in all"),
            (1_000_000, 1_049, "1,000,000 × a, 1.0 µs in all"),
            (2, 1_050, "2 × a, 1.1 µs in all"),
            (2, 9_949_999, "2 × a, 9.9 ms in all"),
            (2, 9_950_000, "2 × a, 10 ms in all"),
            (2, 12_499_999, "2 × a, 12 ms in all"),
            (2, 12_500_000, "2 × a, 13 ms in all"),
            (2, 999_999_999, "2 × a, 1,000 ms in all"),
            (2, 3_600_000_000_000, "2 × a, 3,600 s in all"),
            (
                u64::MAX,
                i64::MAX,
                "18,446,744,073,709,551,615 × a, 9,223,372,037 s in all",
            ),
        ] {
            assert_eq!(sum(count, "a", duration), expected);
        }
    }
}
