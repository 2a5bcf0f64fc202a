//! The id of a run, a random UUID, from which those of its executions follow.
//!
//! An id that follows from the run and the execution's number is the same in the upload, in the
//! `--json` file and in every replay, and needs no randomness in here.

use uuid::{Builder, Uuid};

/// A run's id: a random UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunId(Uuid);

impl RunId {
    /// The id of a run that has not said who it is.
    pub const NONE: Self = Self(Uuid::nil());

    /// Reads an id in any of the usual notations of a UUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// The id of an execution of this run.
    ///
    /// A version 4 UUID whose bits are drawn from a generator that the run's random id seeds
    /// (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>, jumped to the execution's number).
    #[must_use]
    pub fn execution(&self, number: u64) -> String {
        self.of_execution(number).text()
    }

    /// The same, not as text.
    #[must_use]
    pub fn of_execution(&self, number: u64) -> Self {
        let (high, low) = self.0.as_u64_pair();
        let first = mix(high ^ mix(number));
        let second = mix(low.wrapping_add(first) ^ number);
        let bits = (u128::from(first) << 64) | u128::from(second);
        Self(Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
    }

    /// Its 16 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The last 8 of them, as a number.
    #[must_use]
    pub const fn low(&self) -> u64 {
        self.0.as_u64_pair().1
    }

    /// The id as text, in the usual notation.
    #[must_use]
    pub fn text(&self) -> String {
        text(self.0)
    }
}

fn text(id: Uuid) -> String {
    id.hyphenated()
        .encode_lower(&mut Uuid::encode_buffer())
        .to_owned()
}

/// A number that follows from another and looks like none; each from one alone.
#[must_use]
pub const fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const RUN: &str = "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b";

    #[test]
    fn executions_have_ids_of_their_own() {
        let run = RunId::parse(RUN).unwrap();
        let ids: HashSet<_> = (0..100_000).map(|number| run.execution(number)).collect();
        assert_eq!(ids.len(), 100_000);
        assert!(
            ids.iter()
                .all(|id| Uuid::parse_str(id).unwrap().get_version_num() == 4)
        );
    }

    #[test]
    fn an_id_follows_from_run_and_number() {
        let run = RunId::parse(RUN).unwrap();
        let other = RunId::parse("0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4c").unwrap();
        assert_eq!(run.execution(1), run.execution(1));
        assert_ne!(run.execution(1), other.execution(1));
    }
}
