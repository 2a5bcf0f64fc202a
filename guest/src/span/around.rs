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
