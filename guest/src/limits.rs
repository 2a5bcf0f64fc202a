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

/// How many characters of a worker's name are kept.
pub const WORKER_CHARS: usize = 100;

/// How many characters of a failure's reason a page shows before it is looked at.
pub const PAGE_REASON_CHARS: usize = 300;

/// How many failures a page shows where it may not run scripts.
pub const PAGE_FAILURES: usize = 50;

/// How many bytes a block of a page's failure texts has, or a little more: so much is unpacked when
/// one failure is looked at.
pub const PAGE_BLOCK_BYTES: usize = 256 * 1024;

/// How many bytes the failure texts of a page may take in all.
pub const PAGE_DETAILS_BYTES: usize = 32 * 1024 * 1024;

/// How many bytes the columns of a page may take before spans are left out: some 100,000 tests and a
/// million spans.
pub const PAGE_SPANS_BYTES: usize = 48 * 1024 * 1024;

/// How many bytes the columns of a page may take before tests are left out. What waits for a page stays
/// in memory until the run is over, and must not cost it the uploads.
pub const PAGE_BYTES: usize = 96 * 1024 * 1024;

/// How many parts of an execution are known: its phases, and its subtests.
pub const PARTS: usize = 500;

/// How many attributes of a resource are kept.
pub const RESOURCE_ATTRIBUTES: usize = 64;

/// How many characters of a value of a resource are kept.
pub const RESOURCE_CHARS: usize = 1_024;

/// How many characters a span's name in a trace has.
pub const TRACE_NAME_CHARS: usize = 1_024;

/// How many attributes a span or an event of a trace has.
pub const TRACE_ATTRIBUTES: usize = 64;

/// How many characters of an attribute of a trace are kept.
pub const TRACE_TEXT_CHARS: usize = 10_240;

/// How many bytes of an exception's message are kept, as Buildkite's collectors do.
pub const EXCEPTION_MESSAGE_BYTES: usize = 10_240;

/// How many bytes of an exception's stack trace are kept.
pub const EXCEPTION_STACKTRACE_BYTES: usize = 16_384;

/// How many events a span of a trace has.
pub const TRACE_EVENTS: usize = 100;

/// How many bytes the events of a span take.
pub const TRACE_EVENTS_BYTES: usize = 26 * 1024;

/// How many bytes a trace takes in either encoding; the last of its spans are left out for that.
pub const TRACE_BYTES: usize = 768 * 1024;

/// How many bytes of protobuf a trace may have before it is measured how long its JSON is. That is at
/// most six times as long.
pub const SMALL_TRACE_BYTES: usize = TRACE_BYTES / 8;

/// How many bytes a request with traces has before it is compressed: what Buildkite's takes as sent.
pub const TRACES_BYTES: usize = 900 * 1024;

/// How many traces a request has.
pub const TRACES: u32 = 1_000;

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
            (WORKER_CHARS, 100),
            (PAGE_REASON_CHARS, 300),
            (PAGE_FAILURES, 50),
            (PAGE_BLOCK_BYTES, 262_144),
            (PAGE_DETAILS_BYTES, 33_554_432),
            (PAGE_SPANS_BYTES, 50_331_648),
            (PAGE_BYTES, 100_663_296),
            (PARTS, 500),
            (RESOURCE_ATTRIBUTES, 64),
            (RESOURCE_CHARS, 1_024),
            (TRACE_NAME_CHARS, 1_024),
            (TRACE_ATTRIBUTES, 64),
            (TRACE_TEXT_CHARS, 10_240),
            (EXCEPTION_MESSAGE_BYTES, 10_240),
            (EXCEPTION_STACKTRACE_BYTES, 16_384),
            (TRACE_EVENTS, 100),
            (TRACE_EVENTS_BYTES, 26_624),
            (TRACE_BYTES, 786_432),
            (SMALL_TRACE_BYTES, 98_304),
            (TRACES_BYTES, 921_600),
            (TRACES as usize, 1_000),
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
