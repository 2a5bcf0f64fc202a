//! A set of execution numbers that mostly follow each other.

/// A set of numbers, as ranges of which both ends are included: what a whole run has seen is
/// usually one of them.
#[derive(Debug, Clone, Default)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// The set of all numbers in the ranges, which may come in any order and overlap. A range whose
    /// end is before its start holds none.
    #[must_use]
    pub fn new(mut ranges: Vec<(u64, u64)>) -> Self {
        ranges.retain(|(first, last)| first <= last);
        ranges.sort_unstable();
        ranges.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1.saturating_add(1);
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
        Self(ranges)
    }

    /// The set with more ranges in it.
    #[must_use]
    pub fn with(mut self, mut ranges: Vec<(u64, u64)>) -> Self {
        ranges.append(&mut self.0);
        Self::new(ranges)
    }

    /// Whether the number is in the set.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|&(first, _)| first <= number);
        after > 0 && number <= self.0[after - 1].1
    }

    /// The ranges in order; they neither touch nor overlap.
    #[must_use]
    pub fn as_slice(&self) -> &[(u64, u64)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_the_number_line() {
        let ranges = Ranges::new(vec![(u64::MAX, u64::MAX), (0, 0), (5, 4)]);
        assert!(ranges.contains(u64::MAX) && ranges.contains(0) && !ranges.contains(5));
        let ranges = ranges.with(vec![(1, u64::MAX - 1)]);
        assert_eq!(ranges.as_slice(), [(0, u64::MAX)]);
    }

    proptest! {
        #[test]
        fn it_is_the_set_that_it_stands_for(
            ranges in prop::collection::vec((0..40_u64, 0..6_u64), 0..30),
            more in prop::collection::vec((0..40_u64, 0..6_u64), 0..5),
        ) {
            let to_last = |ranges: &[(u64, u64)]| -> Vec<_> {
                ranges.iter().map(|&(first, length)| (first, first + length)).collect()
            };
            let set: BTreeSet<u64> = ranges.iter().chain(&more)
                .flat_map(|&(first, length)| first..=first + length).collect();
            let ranges = Ranges::new(to_last(&ranges)).with(to_last(&more));
            for number in 0..50 {
                prop_assert_eq!(ranges.contains(number), set.contains(&number));
            }
            prop_assert!(ranges.as_slice().windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }
}
