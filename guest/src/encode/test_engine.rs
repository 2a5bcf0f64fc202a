//! Test Engine's JSON (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).

use std::borrow::Cow;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::Header;
use crate::event::Failure;
use crate::execution::Execution;
use crate::json::{Pieces, json};
use crate::limits;
use crate::span::{Node, Tree};
use crate::tag::Tags;
use crate::text::{abridged, shortened};

/// How many texts were cut to what the server keeps.
#[derive(Debug, Clone, Default)]
pub struct Cuts {
    names: u64,
    reasons: u64,
    expanded: u64,
    backtraces: u64,
}

impl Cuts {
    /// What to say of them, if there were any.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let counts = [
            (self.names, "names"),
            (self.reasons, "failure reasons"),
            (self.expanded, "failures' texts"),
            (self.backtraces, "backtraces"),
        ];
        let mut sentence = String::new();
        for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
            let separator = if sentence.is_empty() {
                "cut to what Test Engine keeps: "
            } else {
                ", "
            };
            sentence.push_str(&format!("{separator}{count} {what}"));
        }
        (!sentence.is_empty()).then_some(sentence)
    }
}

/// An execution as an element of an upload's `data`, and of the `--json` array.
#[must_use]
pub fn execution(header: &Header, execution: &Execution, cuts: &mut Cuts) -> String {
    let test = execution.test();
    let failures = execution.verdict().failures();
    let prefix = header.location_prefix.as_deref();
    let file = test.file.as_deref().map(|file| match prefix {
        Some(prefix) => Cow::Owned(joined(prefix, file)),
        None => Cow::Borrowed(file),
    });
    let (name, is_cut) = shortened(&test.name, limits::NAME_CHARS);
    cuts.names += u64::from(is_cut);
    let reason = failures.first().and_then(|first| first.reason.as_deref());
    let reason = reason.map(|reason| {
        let (reason, is_cut) = shortened(reason, limits::REASON_CHARS);
        cuts.reasons += u64::from(is_cut);
        reason
    });
    let (start, end) = (rounded(test.time), rounded(execution.ended_at()));
    let mut json = Pieces::with_capacity(LIKELY_BYTES);
    json.raw(r#"{"id":""#)
        .raw(&header.id.execution(test.execution));
    json.raw(r#"","scope":""#).text(&test.scope);
    json.raw(r#"","name":""#).text(&name);
    if let Some(file) = &file {
        json.raw(r#"","location":""#).text(file);
        if let Some(line) = test.line {
            json.raw(":").number(line);
        }
        json.raw(r#"","file_name":""#).text(file);
    }
    json.raw(r#"","history":{"section":"top","children":"#);
    if execution.spans().is_empty() {
        json.raw("[]");
    } else {
        let spans = Tree::new(execution.spans());
        json.value(&spans.roots().map(SpanJson).collect::<Vec<_>>());
    }
    json.raw(r#","start_at":"#).seconds(start);
    json.raw(r#","end_at":"#).seconds(end);
    json.raw(r#","duration":"#)
        .seconds(end.saturating_sub(start));
    json.raw("}");
    let tags = execution.tags().as_map();
    if !tags.is_empty() {
        json.raw(r#","tags":"#).value(tags);
    }
    let result = execution.verdict().result().as_str();
    json.raw(r#","result":""#).raw(result);
    if let Some(reason) = &reason {
        json.raw(r#"","failure_reason":""#).text(reason);
    }
    json.raw("\"");
    let expanded = expanded(failures, cuts);
    if !expanded.is_empty() {
        json.raw(r#","failure_expanded":"#).value(&expanded);
    }
    json.raw("}");
    json.into_string()
}

/// Room for a result like most.
const LIKELY_BYTES: usize = 384;

/// The part of an upload before its results: `{"format":"json",…,"data":[`.
#[must_use]
pub fn opening(header: &Header, tags: &Tags) -> String {
    let tags = tags.as_map();
    let run_env = json(&header.run_env);
    let tags = match tags.is_empty() {
        true => String::new(),
        false => format!(r#""tags":{},"#, json(tags)),
    };
    format!(r#"{{"format":"json","run_env":{run_env},{tags}"data":["#)
}

/// The part of an upload after its results.
pub const CLOSING: &str = "]}";

/// A path behind another, with one slash between them.
fn joined(prefix: &str, path: &str) -> String {
    format!(
        "{}/{}",
        prefix.trim_end_matches('/'),
        path.trim_start_matches('/')
    )
}

/// Nanoseconds as Test Engine's seconds.
fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// A time in whole microseconds from a millisecond on: what is finer is noise, does not compress,
/// and would be a tenth of all that is sent.
const fn rounded(nanoseconds: i64) -> i64 {
    match nanoseconds {
        ..1_000_000 => nanoseconds,
        _ => nanoseconds.saturating_add(500) / 1_000 * 1_000,
    }
}

struct SpanJson<'a>(Node<'a>);

impl Serialize for SpanJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let span = self.0.span();
        let children: Vec<_> = self.0.children().map(SpanJson).collect();
        let mut json = serializer.serialize_struct("Span", 6)?;
        json.serialize_field("section", &span.section)?;
        json.serialize_field("duration", &seconds(rounded(span.duration)))?;
        if let Some(detail) = &span.detail {
            json.serialize_field("detail", detail)?;
        }
        if let Some(start) = span.start {
            json.serialize_field("start_at", &seconds(rounded(start)))?;
        }
        if let Some(end) = span.end {
            json.serialize_field("end_at", &seconds(rounded(end)))?;
        }
        if !children.is_empty() {
            json.serialize_field("children", &children)?;
        }
        json.end()
    }
}

#[derive(Serialize)]
struct Expanded<'a> {
    expanded: Vec<Cow<'a, str>>,
    backtrace: &'a [String],
}

/// An entry for each failure that has more to say than the reason already said, as long as there is
/// room for them.
fn expanded<'a>(failures: &'a [Failure], cuts: &mut Cuts) -> Vec<Expanded<'a>> {
    let mut chars = limits::EXPANDED_CHARS;
    let mut bytes = limits::BACKTRACE_BYTES;
    let (mut text_is_cut, mut backtrace_is_cut) = (false, false);
    let mut entries = Vec::new();
    for (index, failure) in failures.iter().enumerate() {
        let mut lines: Vec<&str> = failure.expanded.iter().map(String::as_str).collect();
        if lines.is_empty() && index > 0 {
            lines.extend(failure.reason.iter().flat_map(|reason| reason.lines()));
        }
        if chars < SMALLEST_TEXT && !lines.is_empty() {
            text_is_cut = true;
            lines.clear();
        }
        let (expanded, is_cut) = abridged(&lines, chars);
        text_is_cut |= is_cut;
        chars -= expanded
            .iter()
            .map(|line| line.chars().count() + 1)
            .sum::<usize>()
            .min(chars);

        let fitting = failure.backtrace.iter().take_while(|line| {
            let fits = line.len() < bytes;
            bytes -= (line.len() + 1).min(bytes);
            fits
        });
        let backtrace = &failure.backtrace[..fitting.count()];
        backtrace_is_cut |= backtrace.len() < failure.backtrace.len();
        if !expanded.is_empty() || !backtrace.is_empty() {
            entries.push(Expanded {
                expanded,
                backtrace,
            });
        }
    }
    cuts.expanded += u64::from(text_is_cut);
    cuts.backtraces += u64::from(backtrace_is_cut);
    entries
}

/// How many characters must be left for another failure's text to be worth it.
const SMALLEST_TEXT: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rounded_where_nobody_can_tell() {
        for (nanoseconds, expected) in [
            (0, "0.0"),
            (250, "2.5e-7"),
            (999_999, "0.000999999"),
            (1_000_499, "0.001"),
            (1_000_500, "0.001001"),
            (12_345_678_901, "12.345679"),
            (i64::MAX, "9223372036.854774"),
        ] {
            assert_eq!(
                json(&seconds(rounded(nanoseconds))),
                expected,
                "{nanoseconds}"
            );
        }
    }
}
