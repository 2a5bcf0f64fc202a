//! The order in which spans are kept where there are too many: the longest first, and of equals the
//! earlier.

/// What sorts a span of that duration, in nanoseconds, behind all longer ones.
pub(super) fn shortness(duration: i64) -> u64 {
    u64::MAX - duration.unsigned_abs()
}

/// The shortness and the place of each, in that order.
pub(super) fn longest_first(durations: impl Iterator<Item = i64>) -> Vec<(u64, u64)> {
    let mut order: Vec<(u64, u64)> = durations.map(shortness).zip(0..).collect();
    order.sort_unstable();
    order
}
