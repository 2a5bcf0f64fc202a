//! What the server would refuse, and what keeps a hostile run small.

use std::ops::RangeInclusive;

/// How long a line may be, in bytes: a whole upload's worth. What is said of one test is shorter by
/// orders, and of what is longer nearly nothing would be kept.
pub const LINE_BYTES: usize = UPLOAD_BYTES;

/// How many values a line may hold, each number and text of it being one. They take some 100 MB at
/// worst, which the memory of every host has.
pub const JSON_VALUES: usize = 1_000_000;

/// How deep JSON may be nested. It is read and written by recursion.
pub const JSON_DEPTH: usize = 127;

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

/// How large a result of an earlier run may be, in bytes. Those of this run are smaller by the limits
/// of what they hold.
pub const RESULT_BYTES: usize = 3 * 1024 * 1024;

/// How many spans an execution may have.
pub const SPANS: usize = 5_000;

/// How many bytes the spans of an execution may take in an upload.
pub const SPANS_BYTES: usize = 1024 * 1024;

/// How deep spans may lie in spans. Deeper ones move up to this depth.
pub const SPAN_DEPTH: usize = 32;

/// How many characters of a text in a span's detail are kept.
pub const DETAIL_TEXT_CHARS: usize = 10_240;

/// How many bytes a span's detail may take in an upload. In a larger one only what its section needs
/// is kept.
pub const DETAIL_BYTES: usize = 64 * 1024;

/// How many calls of an execution are automatic spans of their own: the longest. The others are
/// summed.
pub const CALLS: usize = 200;

/// How many sums of calls an execution may have, before what is new is summed by section alone.
pub const CALL_SUMS: usize = 500;

/// How many characters of a call's URL or statement are read.
pub const CALL_TEXT_CHARS: usize = 4_096;

/// How long the name of a call's method, library or dialect may be, in bytes. A longer one is none.
pub const CALL_NAME_BYTES: usize = 40;

/// How many bytes the texts of calls may take that are kept so that none is scrubbed twice.
pub const SCRUBBED_BYTES: usize = 1024 * 1024;

/// How long a problem may be, in characters.
pub const PROBLEM_CHARS: usize = 300;

/// How many characters of a test's name, and of its scope, the server keeps, before it derives the
/// test's id.
pub const NAME_CHARS: usize = 10_240;

/// How many characters of a file's path are kept: as many as a path may have on Linux.
pub const PATH_CHARS: usize = 4_096;

/// How many characters of a `failure_reason` the server keeps.
pub const REASON_CHARS: usize = 1_024;

/// How many characters of all `expanded` lines of an execution the server keeps.
pub const EXPANDED_CHARS: usize = 10_240;

/// How many bytes of all `backtrace` lines of an execution the server keeps.
pub const BACKTRACE_BYTES: usize = 100 * 1024;

/// How many characters of a value of `run_env` are sent. Test Engine documents none; every upload
/// repeats them.
pub const RUN_ENV_CHARS: usize = 10_240;

/// How many fields of `run_env` a user may set, of which Test Engine knows fewer than twenty.
pub const RUN_ENV_FIELDS: usize = 50;

/// How long their names may be, in bytes.
pub const RUN_ENV_NAME_BYTES: usize = 128;

/// How many tags an execution or an upload may have, beside Test Engine's own.
pub const TAGS: usize = 10;

/// How many bytes a tag's key must stay below.
pub const TAG_KEY_BYTES: usize = 64;

/// How many bytes a tag's value must stay below.
pub const TAG_VALUE_BYTES: usize = 128;

/// How many problems and rejected lines are quoted; all are counted.
pub const QUOTED: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    /// Elsewhere they go by their names; what they are is a promise that is written here once more.
    #[test]
    fn each_limit_is_what_is_known_of_the_server_or_was_chosen() {
        for (limit, expected) in [
            (LINE_BYTES, 8_388_608),
            (JSON_VALUES, 1_000_000),
            (JSON_DEPTH, 127),
            (FILTERED_RESULTS as usize, 500),
            (CHUNK_BYTES, 65_536),
            (UPLOAD_BYTES, 8_388_608),
            (RESULT_BYTES, 3_145_728),
            (SPANS, 5_000),
            (SPANS_BYTES, 1_048_576),
            (SPAN_DEPTH, 32),
            (DETAIL_TEXT_CHARS, 10_240),
            (DETAIL_BYTES, 65_536),
            (CALLS, 200),
            (CALL_SUMS, 500),
            (CALL_TEXT_CHARS, 4_096),
            (CALL_NAME_BYTES, 40),
            (SCRUBBED_BYTES, 1_048_576),
            (PROBLEM_CHARS, 300),
            (NAME_CHARS, 10_240),
            (PATH_CHARS, 4_096),
            (REASON_CHARS, 1_024),
            (EXPANDED_CHARS, 10_240),
            (BACKTRACE_BYTES, 102_400),
            (RUN_ENV_CHARS, 10_240),
            (RUN_ENV_FIELDS, 50),
            (RUN_ENV_NAME_BYTES, 128),
            (TAGS, 10),
            (TAG_KEY_BYTES, 64),
            (TAG_VALUE_BYTES, 128),
            (QUOTED, 20),
        ] {
            assert_eq!(limit, expected);
        }
        assert_eq!(UPLOAD_RESULTS, 1..=5_000);
    }
}
