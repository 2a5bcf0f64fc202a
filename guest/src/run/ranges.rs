//! A set of execution numbers that mostly follow each other.

use std::collections::BTreeMap;

use crate::json::Writer;

/// A set of numbers, as the first and the last of each range in it: what a whole run has seen is
/// usually one. The ranges neither touch nor overlap.
#[derive(Debug, Clone, Default)]
pub struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// Adds the numbers from one to another, both included; none where the last is before the first.
    pub fn insert(&mut self, first: u64, last: u64) {
        if last < first {
            return;
        }
        // Fast path: mostly they follow the last of all.
        if let Some(mut range) = self.0.last_entry()
            && range.get().checked_add(1) == Some(first)
        {
            range.insert(last);
            return;
        }
        let (mut first, mut last) = (first, last);
        // Each range that goes was added once, so that this costs no more than adding did.
        while let Some((&start, &end)) = self.0.range(..=last.saturating_add(1)).next_back()
            && end >= first.saturating_sub(1)
        {
            self.0.remove(&start);
            first = first.min(start);
            last = last.max(end);
        }
        self.0.insert(first, last);
    }

    /// Whether the number is in the set.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let range = self.0.range(..=number).next_back();
        range.is_some_and(|(_, last)| number <= *last)
    }

    /// Writes the ranges in their order, as an array of pairs.
    pub fn write(&self, json: &mut Writer) {
        json.list(&self.0, |json, (first, last)| {
            json.raw("[").number(*first).raw(",").number(*last).raw("]");
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn of(ranges: &[(u64, u64)]) -> Ranges {
        let mut set = Ranges::default();
        for (first, last) in ranges {
            set.insert(*first, *last);
        }
        set
    }

    fn written(ranges: &Ranges) -> String {
        let mut json = Writer::default();
        ranges.write(&mut json);
        json.into_string()
    }

    #[test]
    fn the_ends_of_the_number_line() {
        let mut ranges = of(&[(u64::MAX, u64::MAX), (0, 0), (5, 4)]);
        assert!(ranges.contains(u64::MAX) && ranges.contains(0) && !ranges.contains(5));
        ranges.insert(1, u64::MAX - 1);
        assert_eq!(written(&ranges), format!("[[0,{}]]", u64::MAX));
    }

    #[test]
    fn ranges_that_touch_are_one() {
        assert_eq!(written(&of(&[(5, 6), (1, 2)])), "[[1,2],[5,6]]");
        assert_eq!(written(&of(&[(5, 6), (1, 2), (3, 4)])), "[[1,6]]");
        assert_eq!(written(&of(&[(1, 9), (3, 4)])), "[[1,9]]");
        assert_eq!(written(&of(&[])), "[]");
    }

    proptest! {
        #[test]
        fn it_is_the_set_that_it_stands_for(
            ranges in prop::collection::vec((0..40_u64, 0..6_u64), 0..30),
        ) {
            let ranges: Vec<_> =
                ranges.iter().map(|&(first, length)| (first, first + length)).collect();
            let set: BTreeSet<u64> = ranges.iter()
                .flat_map(|&(first, last)| first..=last).collect();
            let ranges = of(&ranges);
            for number in 0..50 {
                prop_assert_eq!(ranges.contains(number), set.contains(&number));
            }
            let apart: Vec<_> = ranges.0.iter().collect();
            prop_assert!(apart.windows(2).all(|pair| pair[0].1 + 1 < *pair[1].0));
        }
    }
}
