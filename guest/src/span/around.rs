//! Which span lies around an automatic one. Its host does not know: times say it.

use super::Span;

/// For each automatic span the index of the innermost manual one around it, by their times.
pub fn around(spans: &[Span]) -> impl Iterator<Item = (usize, usize)> {
    // An outer span first, and a manual one before an automatic one that begins with it.
    let mut order: Vec<(i64, bool, i64, u64)> = spans
        .iter()
        .zip(0..)
        .filter_map(|(span, index)| {
            let end = span.until.or(span.end)?;
            Some((span.start?, span.until.is_some(), i64::MAX - end, index))
        })
        .collect();
    order.sort_unstable();

    let mut open: Vec<(i64, usize)> = Vec::new();
    order
        .into_iter()
        .filter_map(move |(start, is_automatic, until_end, index)| {
            let (end, index) = (i64::MAX - until_end, index as usize);
            match is_automatic {
                true => {
                    open.retain(|(ends, _)| *ends >= start);
                    let around = open.iter().rfind(|(ends, _)| *ends >= end)?;
                    Some((index, around.1))
                }
                false => {
                    open.push((end, index));
                    None
                }
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event;

    fn span(start: i64, end: i64) -> Span {
        let event = event::Span {
            section: "sleep".into(),
            start: Some(start),
            end: Some(end),
            ..event::Span::default()
        };
        Span::mended(event, &mut |_, _| ())
    }

    fn automatic(start: i64, end: i64, until: i64) -> Span {
        Span {
            until: Some(until),
            ..span(start, end)
        }
    }

    /// The index of the span around the last.
    fn around_last(spans: &[Span]) -> Option<usize> {
        let last = spans.len() - 1;
        let found: Vec<_> = around(spans).collect();
        assert!(found.iter().all(|(index, _)| *index == last), "{found:?}");
        found.first().map(|(_, around)| *around)
    }

    #[test]
    fn the_innermost_span_that_holds_all_of_a_call_is_around_it() {
        let call = || automatic(20, 30, 30);
        for (spans, expected) in [
            (vec![], None),
            (vec![span(0, 90), span(10, 40), span(31, 50)], Some(1)),
            (vec![span(10, 40), span(0, 90)], Some(0)),
            (vec![span(20, 30)], Some(0)),
            (vec![span(20, 30), span(20, 40)], Some(0)),
            (vec![span(20, 40), span(20, 30)], Some(1)),
            (vec![span(20, 29)], None),
            (vec![span(21, 30)], None),
            (
                vec![span(0, 90), span(5, 19), span(10, 25), span(15, 20)],
                Some(0),
            ),
            (vec![automatic(0, 90, 90), span(10, 40)], Some(1)),
            (vec![automatic(0, 90, 90)], None),
        ] {
            let spans: Vec<_> = spans.into_iter().chain([call()]).collect();
            assert_eq!(around_last(&spans), expected, "{spans:?}");
        }
    }

    /// However long the sum takes as a span.
    #[test]
    fn a_sum_is_where_all_of_its_calls_were() {
        assert_eq!(around_last(&[span(0, 50), automatic(10, 90, 40)]), Some(0));
        assert_eq!(around_last(&[span(0, 50), automatic(10, 20, 60)]), None);
    }

    #[test]
    fn a_span_without_a_time_is_around_none() {
        let mut open = span(0, 9);
        open.end = None;
        assert_eq!(around_last(&[open, automatic(1, 2, 2)]), None);
        let mut call = automatic(1, 2, 2);
        call.start = None;
        assert_eq!(around_last(&[span(0, 9), call]), None);
    }
}
