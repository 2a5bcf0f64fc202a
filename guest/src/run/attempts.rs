//! Which attempt an execution is, where a test that has failed was run again.

use std::collections::BTreeMap;

use crate::execution::{Attempt, Ended, TestResult};
use crate::run_id::mix;

/// How many attempts are counted.
const MOST: u64 = 255;

/// The tests that have failed so far, since only of those there are further attempts: by what identifies
/// a test in a run the number of its last execution, and in the last eight bits how many there were.
/// Values of another type would cost the component a map of their own, six kilobytes.
#[derive(Debug, Default)]
pub struct Attempts(BTreeMap<u64, u64>);

impl Attempts {
    /// Which attempt this one is, that has just ended.
    pub fn of(&mut self, ended: &Ended) -> Attempt {
        let has_failed = ended.result == TestResult::Failed;
        if self.0.is_empty() && !has_failed {
            return Attempt::default();
        }
        let worker = ended.worker.as_deref().unwrap_or_default();
        let mut test = 0;
        for text in [&ended.scope, &ended.name, worker] {
            for byte in text.bytes().chain([0]) {
                test = (test ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        let test = mix(test);
        let known = self.0.remove(&test).unwrap_or(0);
        let attempt = Attempt {
            before: known & MOST,
            previous: known >> 8,
        };
        if has_failed {
            let before = (attempt.before + 1).min(MOST);
            self.0.insert(test, ended.number << 8 | before);
        }
        attempt
    }
}
