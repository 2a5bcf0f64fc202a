//! Targets for automatic spans.

use super::{Bound, Target};
use crate::recorded_calls::Costs;

/// All targets, from what was measured.
pub fn all(costs: &Costs) -> Vec<Target> {
    [
        ("automatic spans: start-up CPU, ms", 5.0, costs.start),
        (
            "automatic spans: a call that is recorded, µs over the call itself",
            2.0,
            costs.recorded,
        ),
        ("the same, summed with others, µs", 2.0, costs.summed),
        ("the same outside of tests, µs", 0.5, costs.outside),
    ]
    .map(|(what, bound, measured)| Target {
        what: what.to_owned(),
        bound: Bound::AtMost(bound),
        measured,
        pure: f64::NAN,
        floor: None,
    })
    .into()
}
