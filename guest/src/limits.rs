//! What the server would refuse, and what keeps a hostile run small.

use std::ops::RangeInclusive;

/// How many results an upload may hold. Above it Test Engine refuses the whole upload
/// (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).
pub const UPLOAD_RESULTS: RangeInclusive<u32> = 1..=5_000;

/// How many results the filter puts into an upload.
pub const FILTERED_RESULTS: u32 = 500;

/// How much the filter reads at once, in bytes.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// How large an upload's body may be, in bytes before compression. Not documented for JSON; the
/// limit of Buildkite's OTLP endpoint.
pub const UPLOAD_BYTES: usize = 8 * 1024 * 1024;

/// How deep spans may lie in spans. Deeper ones move up to this depth.
pub const SPAN_DEPTH: usize = 32;

/// How long a problem may be, in characters.
pub const PROBLEM_CHARS: usize = 300;

/// How many characters of a test's name the server keeps, before it derives the test's id.
pub const NAME_CHARS: usize = 10_240;

/// How many characters of a `failure_reason` the server keeps.
pub const REASON_CHARS: usize = 1_024;

/// How many characters of all `expanded` lines of an execution the server keeps.
pub const EXPANDED_CHARS: usize = 10_240;

/// How many bytes of all `backtrace` lines of an execution the server keeps.
pub const BACKTRACE_BYTES: usize = 100 * 1024;

/// How many characters of a value of `run_env` are sent. Test Engine documents none; every upload
/// repeats them.
pub const RUN_ENV_CHARS: usize = 10_240;

/// How many tags an execution or an upload may have, beside Test Engine's own.
pub const TAGS: usize = 10;

/// How many bytes a tag's key must stay below.
pub const TAG_KEY_BYTES: usize = 64;

/// How many bytes a tag's value must stay below.
pub const TAG_VALUE_BYTES: usize = 128;

/// How many problems and rejected lines are quoted; all are counted.
pub const QUOTED: usize = 20;
