//! Test Engine's JSON (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).

use std::borrow::Cow;

use super::Header;
use crate::execution::{Ended, Entry};
use crate::json::Writer;
use crate::run_id::RunId;
use crate::span::{Node, Tree};
use crate::tag::Tags;

/// The upload's tag that says who ran it.
const WORKER_TAG: &str = "ci.worker.id";

/// Room for a result like most.
const LIKELY_BYTES: usize = 384;

/// A result as an element of an upload's `data`, and of the `--json` array.
#[must_use]
pub fn result(header: &Header, ended: &Ended) -> String {
    let prefix = header.location_prefix.as_deref();
    let file = ended.file.as_deref().map(|file| match prefix {
        Some(prefix) => Cow::Owned(joined(prefix, file)),
        None => Cow::Borrowed(file),
    });
    let file = file.as_deref();
    result_in(&header.id, ended, file, file.unwrap_or_default())
}

/// A result whose `location` is in one file, and whose `file_name` may be another; neither is there
/// where the first is not known.
#[must_use]
#[inline(never)]
pub fn result_in(run: &RunId, ended: &Ended, file: Option<&str>, file_name: &str) -> String {
    let (start, end) = (rounded(ended.start), rounded(ended.end));
    let mut json = Writer::with_capacity(LIKELY_BYTES);
    json.raw(r#"{"id":""#).raw(&run.execution(ended.number));
    json.raw(r#"","scope":""#).unquoted(&ended.scope);
    json.raw(r#"","name":""#).unquoted(&ended.name);
    if let Some(file) = file {
        json.raw(r#"","location":""#).unquoted(file);
        if let Some(line) = ended.line {
            json.raw(":").number(line);
        }
        json.raw(r#"","file_name":""#).unquoted(file_name);
    }
    json.raw(r#"","history":{"section":"top","children":"#);
    match ended.spans.as_slice() {
        [] => json.raw("[]"),
        spans => json.list(Tree::new(spans).roots(), write_span),
    };
    json.raw(r#","start_at":"#).seconds(start);
    json.raw(r#","end_at":"#).seconds(end);
    json.raw(r#","duration":"#)
        .seconds(end.saturating_sub(start));
    json.raw("}");
    if !ended.tags.is_empty() {
        json.raw(r#","tags":"#);
        ended.tags.write(&mut json);
    }
    json.raw(r#","result":""#).raw(ended.result.as_str());
    if let Some(reason) = &ended.failures.reason {
        json.raw(r#"","failure_reason":""#).unquoted(reason);
    }
    json.raw("\"");
    if !ended.failures.entries.is_empty() {
        json.raw(r#","failure_expanded":"#);
        write_entries(&mut json, &ended.failures.entries);
    }
    json.raw("}");
    json.into_string()
}

/// The part of an upload before its results: `{"format":"json",…,"data":[`.
#[must_use]
pub fn opening(header: &Header, tags: &Tags) -> String {
    let mut json = Writer::default();
    json.raw(r#"{"format":"json","run_env":"#);
    header.run_env.write(&mut json);
    let tags = upload_tags(header, tags);
    if !tags.is_empty() {
        json.raw(r#","tags":"#);
        tags.write(&mut json);
    }
    json.raw(r#","data":["#);
    json.into_string()
}

/// The tags of an upload: the user's, and who ran it.
#[must_use]
pub fn upload_tags(header: &Header, tags: &Tags) -> Tags {
    let mut tags = tags.clone();
    if let Some(worker) = &header.worker {
        tags.add_own(WORKER_TAG, worker);
    }
    tags
}

/// The part of an upload after its results.
pub const CLOSING: &str = "]}";

/// The value of `failure_expanded`.
pub fn write_entries(json: &mut Writer, entries: &[Entry]) {
    json.list(entries, |json, entry| {
        json.raw(r#"{"expanded":"#);
        write_texts(json, &entry.expanded);
        json.raw(r#","backtrace":"#);
        write_texts(json, &entry.backtrace);
        json.raw("}");
    });
}

fn write_texts(json: &mut Writer, texts: &[String]) {
    json.list(texts, |json, text| {
        json.text(text);
    });
}

/// Writes a span and those in it, which lie no deeper than their limit.
fn write_span(json: &mut Writer, node: Node<'_>) {
    let span = node.span();
    json.raw(r#"{"section":""#).raw(span.section);
    json.raw(r#"","duration":"#).seconds(rounded(span.duration));
    if let Some(detail) = &span.detail {
        json.raw(r#","detail":"#).raw(detail);
    }
    if let Some(start) = span.start {
        json.raw(r#","start_at":"#).seconds(rounded(start));
    }
    if let Some(end) = span.end {
        json.raw(r#","end_at":"#).seconds(rounded(end));
    }
    let mut children = node.children();
    if children.len() > 0 {
        json.raw(r#","children":"#).list(&mut children, write_span);
    }
    json.raw("}");
}

/// A path behind another, with one slash between them.
#[must_use]
pub fn joined(prefix: &str, path: &str) -> String {
    format!(
        "{}/{}",
        prefix.trim_end_matches('/'),
        path.trim_start_matches('/')
    )
}

/// A time in whole microseconds from a millisecond on: what is finer is noise, does not compress,
/// and would be a tenth of all that is sent.
const fn rounded(nanoseconds: i64) -> i64 {
    match nanoseconds {
        ..1_000_000 => nanoseconds,
        _ => nanoseconds.saturating_add(500) / 1_000 * 1_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rounded_where_nobody_can_tell() {
        for (nanoseconds, expected) in [
            (0, 0),
            (250, 250),
            (999_999, 999_999),
            (1_000_499, 1_000_000),
            (1_000_500, 1_001_000),
            (12_345_678_901, 12_345_679_000),
        ] {
            assert_eq!(rounded(nanoseconds), expected);
        }
    }
}
