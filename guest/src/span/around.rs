//! Which span lies around an automatic one. Its host does not know: times say it.

use super::Span;

/// For each automatic span the index of the innermost manual one around it, by their times.
pub fn around(spans: &[Span]) -> Vec<(usize, usize)> {
    // Sorted pairs, as elsewhere: the component has that sort anyway.
    let mut order: Vec<(u64, u64)> = spans
        .iter()
        .zip(0..)
        .filter_map(|(span, index)| Some((span.start?.cast_unsigned(), index)))
        .collect();
    order.sort_unstable();

    let mut found = Vec::new();
    let mut manual = order
        .iter()
        .filter_map(|&(start, index)| {
            let span = &spans[index as usize];
            let end = span.end.filter(|_| span.until.is_none())?;
            Some((start, end.cast_unsigned(), index as usize))
        })
        .peekable();
    // Those that have begun, and may not have ended yet.
    let mut open = Vec::new();
    for &(start, index) in &order {
        let Some(until) = spans[index as usize].until else {
            continue;
        };
        while let Some(span) = manual.next_if(|span| span.0 <= start) {
            open.push(span);
        }
        open.retain(|span| span.1 >= start);
        let around = open.iter().filter(|span| span.1 >= until.cast_unsigned());
        // The last to begin, and of those that began together the first to end.
        if let Some(around) = around.min_by_key(|span| (u64::MAX - span.0, span.1)) {
            found.push((index as usize, around.2));
        }
    }
    found
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
        let found = around(spans);
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
