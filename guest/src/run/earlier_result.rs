//! A result that an earlier run has settled: an element of the array that `--json` writes.
//!
//! What this component wrote comes out as it went in, digit for digit. A file may have been edited
//! since, or written by another: what a result must have is checked, what it may have is held to the
//! limits of every other result, and the rest is passed on as it is.

use std::borrow::Cow;

use crate::encode::test_engine::write_entries;
use crate::event::Failure;
use crate::execution::{Failures, TestResult};
use crate::json::{Json, Object, Writer};
use crate::limits;
use crate::scrub::scrub_json;
use crate::tag::Tags;
use crate::text;

/// The texts of a result that have a greatest length, and whether an ellipsis says that they were
/// longer.
const TEXTS: [(&str, usize, bool); 5] = [
    ("scope", limits::NAME_CHARS, false),
    ("name", limits::NAME_CHARS, false),
    ("location", limits::PATH_CHARS + 20, false),
    ("file_name", limits::PATH_CHARS, false),
    ("failure_reason", limits::REASON_CHARS, true),
];

/// The fields that Test Engine documents.
const DOCUMENTED: [&str; 10] = [
    "id",
    "scope",
    "name",
    "location",
    "file_name",
    "history",
    "tags",
    "result",
    "failure_reason",
    "failure_expanded",
];

/// A result within the limits.
#[derive(Debug)]
pub struct Limited {
    /// What it says.
    pub result: TestResult,
    /// The whole of it.
    pub value: Json<'static>,
    /// The same as text.
    pub json: Box<str>,
    /// Whether it was cut for the limits.
    pub is_cut: bool,
}

/// Reads a result, and brings it within the limits.
///
/// # Errors
///
/// What it lacks, in words.
pub fn read(mut result: Json<'static>) -> Result<Limited, &'static str> {
    scrub_json(&mut result);
    let name = result.get("name").and_then(Json::as_text);
    name.ok_or("the result has no name")?;
    let history = result.get("history");
    match history.and_then(|history| history.get("duration")) {
        Some(Json::Whole(_) | Json::Number(_)) => {}
        _ => return Err("the result does not say how long it took"),
    }
    let kind = match result.get("result") {
        None | Some(Json::Null) => TestResult::Unknown,
        Some(word) => TestResult::ALL
            .into_iter()
            .find(|kind| Some(kind.as_str()) == word.as_text())
            .ok_or("the result is none of passed, failed, skipped and unknown")?,
    };
    let Json::Object(fields) = &mut result else {
        return Err("the result is not an object");
    };
    let mut is_cut = false;
    for (name, value) in fields.iter_mut() {
        is_cut |= limit(name, value);
    }
    let mut json = Writer::of(&result);
    if json.len() > limits::RESULT_BYTES {
        is_cut = true;
        if let Json::Object(fields) = &mut result {
            fields.retain(|(name, _)| DOCUMENTED.contains(&&**name));
        }
        json = Writer::of(&result);
    }
    match json.len() > limits::RESULT_BYTES {
        true => Err("the result is too large"),
        false => Ok(Limited {
            result: kind,
            value: result,
            json: json.into_boxed_str(),
            is_cut,
        }),
    }
}

/// Brings a field within its limits, and says whether that took something.
fn limit(name: &str, value: &mut Json<'static>) -> bool {
    let Some(limited) = limited(name, value) else {
        return false;
    };
    *value = limited;
    true
}

/// What a field becomes that is not within its limits.
fn limited(name: &str, value: &mut Json<'static>) -> Option<Json<'static>> {
    match (name, value) {
        ("failure_expanded", Json::List(entries)) => failures(entries),
        ("tags", Json::Object(fields)) => tags(fields),
        ("history", Json::Object(fields)) => {
            let mut room = Room {
                spans: limits::SPANS,
                bytes: limits::SPANS_BYTES,
            };
            let is_whole = children(fields).is_none_or(|spans| room.fill(spans));
            (!is_whole).then(|| Json::Object(std::mem::take(fields)))
        }
        (name, Json::Text(text)) => {
            let (_, chars, is_marked) = *TEXTS.iter().find(|known| known.0 == name)?;
            let kept = text::truncated(text, chars);
            if kept.len() == text.len() {
                return None;
            }
            let kept = match is_marked {
                true => text::shortened(text, chars).0.into_owned(),
                false => kept.to_owned(),
            };
            Some(Json::Text(Cow::Owned(kept)))
        }
        _ => None,
    }
}

fn failures(entries: &[Json<'static>]) -> Option<Json<'static>> {
    let texts = |entry: &Json<'_>, name| entry.get(name).map(Json::texts).unwrap_or_default();
    let failures = entries.iter().map(|entry| Failure {
        reason: None,
        expanded: texts(entry, "expanded"),
        backtrace: texts(entry, "backtrace"),
        part: None,
    });
    let (failures, cuts) = Failures::new(failures.collect());
    if !cuts.expanded && !cuts.backtrace {
        return None;
    }
    let mut json = Writer::default();
    write_entries(&mut json, &failures.entries);
    Some(own(json))
}

fn tags(fields: &Object<'static>) -> Option<Json<'static>> {
    let mut tags = Tags::default();
    let mut is_whole = true;
    for (key, value) in fields {
        let key = Json::Text(key.clone());
        is_whole &= tags.add(Some(key), Some(value.clone())).is_ok();
    }
    if is_whole {
        return None;
    }
    let mut json = Writer::default();
    tags.write(&mut json);
    Some(own(json))
}

fn own(json: Writer) -> Json<'static> {
    crate::json::parse(&json.into_string()).map_or(Json::Null, Json::into_owned)
}

fn children<'a>(fields: &'a mut Object<'static>) -> Option<&'a mut Vec<Json<'static>>> {
    let (_, value) = fields.iter_mut().rfind(|(name, _)| name == "children")?;
    match value {
        Json::List(spans) => Some(spans),
        _ => None,
    }
}

/// What is left for spans.
struct Room {
    spans: usize,
    bytes: usize,
}

impl Room {
    /// Keeps the spans that there is room for, the outer before those in them, and says whether those
    /// are all.
    fn fill(&mut self, spans: &mut Vec<Json<'static>>) -> bool {
        let mut is_whole = true;
        spans.retain_mut(|span| {
            let inside = match span {
                Json::Object(fields) => children(fields).map(std::mem::take),
                _ => None,
            };
            let bytes = Writer::of(span).len();
            let fits = self.spans > 0 && bytes <= self.bytes;
            if fits {
                self.spans -= 1;
                self.bytes -= bytes;
            }
            if let (true, Some(mut inside), Json::Object(fields)) = (fits, inside, span) {
                is_whole &= self.fill(&mut inside);
                if let Some(children) = children(fields) {
                    *children = inside;
                }
            }
            is_whole &= fits;
            fits
        });
        is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn read_text(text: &str) -> Result<(TestResult, Box<str>, bool), &'static str> {
        let limited = read(parse(text).unwrap().into_owned())?;
        assert_eq!(Writer::of(&limited.value), *limited.json);
        Ok((limited.result, limited.json, limited.is_cut))
    }

    /// A result with more fields, and what becomes of it.
    fn with(fields: &str) -> (String, bool) {
        let start = r#"{"name":"it","history":{"duration":1},"#;
        let (_, json, is_cut) = read_text(&format!("{start}{fields}}}")).unwrap();
        let json = json.strip_prefix(start).unwrap().strip_suffix('}').unwrap();
        (json.to_owned(), is_cut)
    }

    #[test]
    fn a_result_is_passed_on_as_it_is() {
        let text = r#"{"result":"skipped","name":"test_it","history":{"duration":0.10,"end_at":1E2},"of_another_version":[1]}"#;
        let (result, json, is_cut) = read_text(text).unwrap();
        assert_eq!((result, is_cut), (TestResult::Skipped, false));
        assert_eq!(&*json, text);
        let (_, json, is_cut) =
            read_text(r#"{"name":"\u0000it","\u001b[1ma":"\u001b[1mb","history":{"duration":1}}"#)
                .unwrap();
        assert_eq!(&*json, r#"{"name":"it","a":"b","history":{"duration":1}}"#);
        assert!(!is_cut);
    }

    #[test]
    fn what_is_no_result_says_why() {
        for (text, why) in [
            (r#"{"history":{"duration":1}}"#, "the result has no name"),
            (
                r#"{"name":5,"history":{"duration":1}}"#,
                "the result has no name",
            ),
            (
                r#"{"name":"it","history":[]}"#,
                "the result does not say how long it took",
            ),
            (
                r#"{"name":"it","history":{"duration":"1"}}"#,
                "the result does not say how long it took",
            ),
            (
                r#"{"name":"it","history":{"duration":1},"result":"green"}"#,
                "the result is none of passed, failed, skipped and unknown",
            ),
            (
                r#"{"name":"it","history":{"duration":1},"result":5}"#,
                "the result is none of passed, failed, skipped and unknown",
            ),
        ] {
            assert_eq!(read_text(text).unwrap_err(), why, "{text}");
        }
    }

    #[test]
    fn what_the_fold_writes_it_reads() {
        for (fields, result) in [
            (r#""name":"","history":{"duration":1}"#, TestResult::Unknown),
            (
                r#""name":"\u001b[0m","history":{"duration":1}"#,
                TestResult::Unknown,
            ),
            (
                r#""name":"it","result":null,"history":{"duration":1}"#,
                TestResult::Unknown,
            ),
            (
                r#""name":"it","result":"failed","history":{"duration":1}"#,
                TestResult::Failed,
            ),
        ] {
            assert_eq!(
                read_text(&format!("{{{fields}}}")).unwrap().0,
                result,
                "{fields}"
            );
        }
    }

    #[test]
    fn texts_have_greatest_lengths() {
        for (name, chars, is_marked) in TEXTS {
            let text = |chars: usize| "ä".repeat(chars);
            let field = |text: &str| format!(r#""{name}":"{text}""#);
            let longest = field(&text(chars));
            assert_eq!(with(&longest), (longest.clone(), false), "{name}");
            let cut = match is_marked {
                true => field(&(text(chars - 1) + "…")),
                false => longest,
            };
            assert_eq!(with(&field(&text(chars + 1))), (cut, true), "{name}");
        }
        // A location is a path and the number of a line.
        let location = format!(r#""location":"{}:1234567890123456789""#, "x".repeat(4_096));
        assert_eq!(with(&location), (location.clone(), false));
        let (json, is_cut) = with(&format!(r#""more":"{}""#, "x".repeat(20_000)));
        assert!(!is_cut && json.len() > 20_000);
    }

    #[test]
    fn failures_have_the_limits_of_every_failure() {
        let fields = |expanded: usize, backtrace: usize| {
            format!(
                r#""failure_expanded":[{{"expanded":["{}"],"backtrace":["{}"],"more":1}}]"#,
                "x".repeat(expanded),
                "y".repeat(backtrace)
            )
        };
        let longest = fields(limits::EXPANDED_CHARS - 1, limits::BACKTRACE_BYTES - 1);
        assert_eq!(with(&longest), (longest.clone(), false));
        let (json, is_cut) = with(&fields(limits::EXPANDED_CHARS, 1));
        assert!(
            is_cut && json.contains("characters are missing"),
            "{json:.100}"
        );
        let (json, is_cut) = with(&fields(1, limits::BACKTRACE_BYTES));
        assert!(is_cut);
        assert_eq!(
            json,
            r#""failure_expanded":[{"expanded":["x"],"backtrace":[]}]"#
        );
    }

    #[test]
    fn tags_have_the_rules_of_every_tag() {
        assert_eq!(
            with(r#""tags":{"b":"1","a":"2"}"#).0,
            r#""tags":{"b":"1","a":"2"}"#
        );
        let (json, is_cut) = with(r#""tags":{"b":"1","a":2,"mut.x":"3"}"#);
        assert_eq!((json.as_str(), is_cut), (r#""tags":{"b":"1"}"#, true));
    }

    fn with_spans(spans: &str) -> (String, bool) {
        let history = format!(r#""history":{{"duration":1,"children":[{spans}]}}"#);
        let (_, json, is_cut) = read_text(&format!(r#"{{"name":"it",{history}}}"#)).unwrap();
        let start = r#"{"name":"it","history":{"duration":1,"children":["#;
        let spans = json
            .strip_prefix(start)
            .unwrap()
            .strip_suffix("]}}")
            .unwrap();
        (spans.to_owned(), is_cut)
    }

    #[test]
    fn spans_have_a_greatest_number() {
        let spans = |count: usize| vec![r#"{"a":1}"#; count].join(",");
        let most = spans(limits::SPANS);
        assert_eq!(with_spans(&most), (most.clone(), false));
        assert_eq!(with_spans(&spans(limits::SPANS + 1)), (most, true));
        let inside = |count: usize| format!(r#"{{"children":[{}]}}"#, spans(count));
        let most = inside(limits::SPANS - 1);
        assert_eq!(with_spans(&most), (most.clone(), false));
        assert_eq!(with_spans(&inside(limits::SPANS)), (most, true));
    }

    #[test]
    fn spans_have_a_greatest_size() {
        let span = |bytes: usize| format!(r#"{{"d":"{}"}}"#, "x".repeat(bytes - 8));
        let half = span(limits::SPANS_BYTES / 2);
        let both = format!("{half},{half}");
        assert_eq!(with_spans(&both), (both.clone(), false));
        let more = format!("{half},{},{{}}", span(limits::SPANS_BYTES / 2 + 1));
        assert_eq!(with_spans(&more), (format!("{half},{{}}"), true));
    }

    #[test]
    fn a_result_that_is_too_large_loses_what_is_not_documented() {
        let more = |bytes: usize| format!(r#""more":"{}","result":"passed""#, "x".repeat(bytes));
        let around = r#"{"name":"it","history":{"duration":1},}"#.len() + more(0).len();
        let (whole, is_cut) = with(&more(limits::RESULT_BYTES - around));
        assert!(!is_cut && whole.len() > limits::RESULT_BYTES - around);
        let (json, is_cut) = with(&more(limits::RESULT_BYTES - around + 1));
        assert_eq!((json.as_str(), is_cut), (r#""result":"passed""#, true));
        let history = format!(
            r#"{{"duration":1,"x":"{}"}}"#,
            "x".repeat(limits::RESULT_BYTES)
        );
        let why = read_text(&format!(r#"{{"name":"it","history":{history}}}"#)).unwrap_err();
        assert_eq!(why, "the result is too large");
    }
}
