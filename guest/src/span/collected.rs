//! The spans of an execution: the longest, where there are too many.

use super::longest::longest_first;
use super::{SECTIONS, Span};
use crate::json::Writer;
use crate::limits;

/// Spans in the order in which they came, and the sum of those that were left out.
#[derive(Debug, Clone, Default)]
pub struct Spans {
    spans: Vec<Span>,
    bytes: usize,
    left_out: [LeftOut; SECTIONS.len()],
}

/// Spans of a section that were left out.
#[derive(Debug, Clone, Copy, Default)]
struct LeftOut {
    count: u64,
    duration: i64,
}

impl Spans {
    /// Adds a span.
    pub fn push(&mut self, span: Span) {
        self.bytes += span.bytes();
        self.spans.push(span);
        // Twice as many as are kept: each is looked at a few times, however many there are.
        if self.spans.len() >= 2 * limits::SPANS || self.bytes >= 2 * limits::SPANS_BYTES {
            self.leave_out();
        }
    }

    /// The spans within their limits, and what was left out, in words: `4 sql in 0.5 s`.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Span>, Option<String>) {
        self.leave_out();
        let mut sums = Writer::default();
        for ((section, _), left_out) in SECTIONS.iter().zip(self.left_out) {
            if left_out.count > 0 {
                let separator = if sums.is_empty() { "" } else { " and " };
                sums.raw(separator)
                    .number(left_out.count)
                    .raw(" ")
                    .raw(section);
                sums.raw(" in ").seconds(left_out.duration).raw(" s");
            }
        }
        self.spans.shrink_to_fit();
        (self.spans, (!sums.is_empty()).then(|| sums.into_string()))
    }

    /// Leaves the shortest out until the rest is within the limits.
    fn leave_out(&mut self) {
        if self.spans.len() <= limits::SPANS && self.bytes <= limits::SPANS_BYTES {
            return;
        }
        let order = longest_first(self.spans.iter().map(|span| span.duration));
        let (mut count, mut bytes) = (0, 0);
        let mut is_kept = vec![false; self.spans.len()];
        for (_, index) in order {
            let size = self.spans[index as usize].bytes();
            if count < limits::SPANS && bytes + size <= limits::SPANS_BYTES {
                count += 1;
                bytes += size;
                is_kept[index as usize] = true;
            }
        }
        self.bytes = bytes;
        let mut is_kept = is_kept.into_iter();
        let left_out = &mut self.left_out;
        self.spans.retain(|span| {
            let is_kept = is_kept.next().unwrap_or(true);
            if !is_kept
                && let Some(place) = SECTIONS.iter().position(|known| known.0 == span.section)
            {
                left_out[place].count += 1;
                left_out[place].duration = left_out[place].duration.saturating_add(span.duration);
            }
            is_kept
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event;

    fn span(section: &str, duration: i64, detail_bytes: usize) -> Span {
        let mut span = Span::mended(
            event::Span {
                section: section.into(),
                duration: Some(duration),
                ..event::Span::default()
            },
            &mut |_, _| (),
        );
        span.detail = (detail_bytes > 0).then(|| "x".repeat(detail_bytes).into_boxed_str());
        span
    }

    #[test]
    fn as_many_as_are_allowed_are_kept_as_they_came() {
        let mut spans = Spans::default();
        for n in 0..limits::SPANS {
            spans.push(span("sleep", n as i64 % 7, 0));
        }
        let (kept, left_out) = spans.finish();
        assert_eq!((kept.len(), left_out), (limits::SPANS, None));
        assert!(kept.iter().zip(0..).all(|(span, n)| span.duration == n % 7));
    }

    #[test]
    fn the_shortest_are_left_out_and_summed() {
        let mut spans = Spans::default();
        for n in 1..=20_000 {
            spans.push(span(if n % 2 == 0 { "sql" } else { "sleep" }, n, 0));
            assert!(spans.spans.len() < 2 * limits::SPANS);
        }
        let (kept, left_out) = spans.finish();
        assert_eq!(kept.len(), limits::SPANS);
        assert!(
            kept.iter()
                .zip(15_001..)
                .all(|(span, n)| span.duration == n)
        );
        let sums = "7500 sql in 0.0562575 s and 7500 sleep in 0.05625 s";
        assert_eq!(left_out.as_deref(), Some(sums));
    }

    #[test]
    fn a_single_one_too_many_is_left_out() {
        let mut spans = Spans::default();
        for n in 0..=limits::SPANS {
            spans.push(span("sleep", n as i64, 0));
        }
        let (kept, left_out) = spans.finish();
        assert_eq!((kept.len(), kept[0].duration), (limits::SPANS, 1));
        assert_eq!(left_out.as_deref(), Some("1 sleep in 0.0 s"));
    }

    #[test]
    fn all_that_are_kept_fit() {
        let size = 1_000;
        let fitting = limits::SPANS_BYTES / span("sql", 0, size).bytes();
        for (count, expected) in [(fitting, fitting), (fitting + 1, fitting), (9_000, fitting)] {
            let mut spans = Spans::default();
            for n in 0..count {
                spans.push(span("sql", n as i64, size));
                assert!(spans.bytes < 2 * limits::SPANS_BYTES);
            }
            let (kept, left_out) = spans.finish();
            assert_eq!(kept.len(), expected);
            assert_eq!(left_out.is_some(), count > fitting);
        }
    }
}
