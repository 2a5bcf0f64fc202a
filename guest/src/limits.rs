//! What the server would refuse, and what keeps a hostile run small.

use std::ops::RangeInclusive;

/// How many results an upload may hold. Above it Test Engine refuses the whole upload
/// (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).
pub const UPLOAD_RESULTS: RangeInclusive<u32> = 1..=5_000;

/// How large an upload's body may be, in bytes before compression. Not documented for JSON; the
/// limit of Buildkite's OTLP endpoint.
pub const UPLOAD_BYTES: usize = 8 * 1024 * 1024;

/// How deep spans may lie in spans. Deeper ones move up to this depth.
pub const SPAN_DEPTH: usize = 32;

/// How many problems and rejected lines are told in words; all are counted.
pub const TOLD: usize = 20;
