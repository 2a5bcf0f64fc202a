//! Spans: mended to what Test Engine documents, limited, and laid into each other.
//!
//! Those of a user stay what they are; calls that a host has recorded by itself are scrubbed, the
//! longest of a test become spans of their own, and the others are summed ([`Automatic`]).

mod around;
mod automatic;
mod collected;
mod longest;
mod sum;
mod tree;

pub use automatic::Automatic;
pub use collected::Spans;
pub use tree::{Node, Tree};

use std::borrow::Cow;

use crate::event;
use crate::json::{Json, Object, Writer};
use crate::limits;
use crate::scrub::{scrub_fields, without_credentials, without_escapes};
use crate::text;

/// The sections that Test Engine documents, and the texts that the detail of each must hold; `http`
/// also has a method
/// (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).
const SECTIONS: [(&str, &[&str]); 4] = [
    (HTTP, &["url", "lib"]),
    (SQL, &["query"]),
    (SLEEP, &[]),
    (ANNOTATION, &["content"]),
];
const HTTP: &str = "http";
const SQL: &str = "sql";
const SLEEP: &str = "sleep";
const ANNOTATION: &str = "annotation";

/// The methods that Test Engine documents for the section `http`.
const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "CONNECT", "OPTIONS", "TRACE",
];

/// A span as Test Engine documents it. Times are nanoseconds since the run started.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// `http`, `sql`, `sleep` or `annotation`.
    pub section: &'static str,
    /// When it began.
    pub start: Option<i64>,
    /// When it ended; never before it began.
    pub end: Option<i64>,
    /// How long it took; never negative.
    pub duration: i64,
    /// What it did, as the JSON of an object; absent where the section needs none and none was given.
    pub detail: Option<Box<str>>,
    /// Its number in the execution.
    id: Option<u64>,
    /// The number of the span around it.
    parent: Option<u64>,
    /// When the last call of an automatic span ended. Times say which span is around it.
    until: Option<i64>,
}

impl Span {
    /// Brings a span into the documented form, and says what that took: of what, and why.
    ///
    /// - A section that Test Engine does not know becomes an `annotation` of that content.
    /// - A detail that is no object is dropped; a text that the section needs is made from what is
    ///   there, and empty where nothing is.
    /// - An `http` span whose method Test Engine does not know becomes an `annotation`.
    /// - A span that ends before it begins takes no time.
    /// - A detail that is longer than [`limits::DETAIL_BYTES`] is cut.
    ///
    /// Users and passwords in URLs go, which is not said.
    pub fn mended(event: event::Span, report: &mut dyn FnMut(&str, &'static str)) -> Self {
        let known = SECTIONS.iter().find(|known| known.0 == event.section);
        let mut content = None;
        let (mut section, mut needed) = *known.unwrap_or_else(|| {
            let section = without_credentials(without_escapes(event.section.clone()));
            report(&section, "the section is not known");
            content = Some(section);
            &SECTIONS[3]
        });
        let mut detail = match event.detail {
            None => None,
            Some(Json::Object(mut detail)) => {
                scrub_fields(&mut detail);
                for (_, value) in &mut detail {
                    value.each_text(&mut |text| {
                        if text.as_bytes().contains(&b'@') {
                            *text =
                                Cow::Owned(without_credentials(std::mem::take(text).into_owned()));
                        }
                    });
                }
                Some(detail)
            }
            Some(_) => {
                report(section, "the detail is not an object");
                None
            }
        };
        for key in needed {
            let detail = detail.get_or_insert_default();
            match field(detail, key) {
                Some(Json::Text(_)) => {}
                Some(Json::Null) | None => {
                    let content = content.take().unwrap_or_else(|| {
                        let what = format!("{section}, {key}");
                        report(&what, "the detail lacks a text that the section needs");
                        String::new()
                    });
                    set(detail, key, content);
                }
                Some(other) => {
                    let what = format!("{section}, {key}");
                    report(&what, "what the section needs in the detail is not a text");
                    *other = Json::Text(Writer::of(other).into());
                }
            }
        }
        if section == HTTP
            && let Some(detail) = &mut detail
            && let Some(why) = mend_method(detail)
        {
            report(section, why);
            (section, needed) = SECTIONS[3];
        }
        let detail = detail.map(|detail| {
            let (detail, is_cut) = limited(detail, needed);
            if is_cut {
                report(section, "the detail is too long and is cut");
            }
            detail
        });
        let end = event.end.map(|end| end.max(event.start.unwrap_or(end)));
        let duration = event
            .duration
            .or_else(|| Some(end?.saturating_sub(event.start?)))
            .unwrap_or(0)
            .max(0);
        if end != event.end || event.duration.is_some_and(|given| given < 0) {
            report(section, "it ends before it begins");
        }
        Self {
            section,
            start: event.start,
            end,
            duration,
            detail,
            id: event.id,
            parent: event.parent,
            until: None,
        }
    }

    /// A span as a result says it, which is in the documented form; and the number that it has here, and
    /// that of the one around it. What is in no section that is documented is an annotation.
    #[must_use]
    pub fn of_result(json: &Json<'_>, id: u64, parent: Option<u64>) -> Self {
        let word = json.get("section").and_then(Json::as_text);
        let known = SECTIONS.iter().find(|known| Some(known.0) == word);
        let time = |name| json.get(name).and_then(Json::as_nanoseconds);
        let detail = json.get("detail");
        let detail = detail.filter(|detail| matches!(detail, Json::Object(_)));
        Self {
            section: known.map_or(ANNOTATION, |known| known.0),
            start: time("start_at"),
            end: time("end_at"),
            duration: time("duration").unwrap_or(0).max(0),
            detail: detail.map(|detail| Writer::of(detail).into_boxed_str()),
            id: Some(id),
            parent,
            until: None,
        }
    }

    /// How many bytes it takes in an upload, at most.
    #[must_use]
    pub fn bytes(&self) -> usize {
        const WITHOUT_DETAIL: usize = 150;
        WITHOUT_DETAIL + self.detail.as_ref().map_or(0, |detail| detail.len())
    }
}

/// A field of a detail; of two with the same name the later one.
fn field<'a>(detail: &'a mut Object<'static>, name: &str) -> Option<&'a mut Json<'static>> {
    let mut fields = detail.iter_mut();
    let (_, value) = fields.rfind(|(known, _)| known == name)?;
    Some(value)
}

fn set(detail: &mut Object<'static>, name: &'static str, text: String) {
    let text = Json::Text(text.into());
    match field(detail, name) {
        Some(value) => *value = text,
        None => detail.push((name.into(), text)),
    }
}

/// Writes the method of an `http` span in capitals; where it is not known, what is there becomes the
/// content of an annotation, and is said.
fn mend_method(detail: &mut Object<'static>) -> Option<&'static str> {
    let mut text = |name| field(detail, name).and_then(|value| value.as_text().map(str::to_owned));
    let (given, url) = (text("method"), text("url"));
    if let Some(method) = given.as_deref().map(str::to_ascii_uppercase)
        && METHODS.contains(&method.as_str())
    {
        set(detail, "method", method);
        return None;
    }
    let why = match given {
        Some(_) => "the detail's method is not known",
        None => "the detail has no method",
    };
    let mut content = String::from(HTTP);
    for part in [given, url].into_iter().flatten() {
        if !part.is_empty() {
            content.push(' ');
            content.push_str(&part);
        }
    }
    set(detail, "content", content);
    Some(why)
}

/// The JSON of a detail within its limits, and whether it was cut for that.
fn limited(mut detail: Object<'static>, needed: &[&str]) -> (Box<str>, bool) {
    /// As many characters of each text as fit where all that the section needs is as long, and each
    /// character of it is an escape.
    const SMALL_TEXT_CHARS: usize = limits::DETAIL_BYTES / 32;
    let mut is_cut = false;
    for (_, value) in &mut detail {
        value.each_text(&mut |text| {
            let (short, is_long) = text::shortened(text, limits::DETAIL_TEXT_CHARS);
            if is_long {
                is_cut = true;
                *text = Cow::Owned(short.into_owned());
            }
        });
    }
    let mut json = Writer::of(&Json::Object(detail));
    if json.len() > limits::DETAIL_BYTES {
        is_cut = true;
        let all = crate::json::parse(&json).unwrap_or(Json::Null);
        let kept = needed.iter().chain(&["method"]);
        let kept = kept.filter_map(|name| {
            let text = text::shortened(all.get(name)?.as_text()?, SMALL_TEXT_CHARS).0;
            Some((Cow::Borrowed(*name), Json::Text(text)))
        });
        let kept = Writer::of(&Json::Object(kept.collect()));
        json = kept;
    }
    (json.into_boxed_str(), is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A span of this section and this detail, and what was said of it.
    fn mended(section: &str, detail: &str) -> (Span, Vec<String>) {
        let event = event::Span {
            section: section.into(),
            detail: crate::json::parse(detail).ok().map(Json::into_owned),
            ..event::Span::default()
        };
        mended_of(event)
    }

    fn mended_of(event: event::Span) -> (Span, Vec<String>) {
        let mut said = Vec::new();
        let span = Span::mended(event, &mut |what, why| said.push(format!("{what}: {why}")));
        (span, said)
    }

    #[test]
    fn a_detail_is_mended_not_dropped() {
        let (span, said) = mended("http", r#"{"method":"GET","url":5,"more":[1]}"#);
        let expected = r#"{"method":"GET","url":"5","more":[1],"lib":""}"#;
        assert_eq!(span.detail.as_deref(), Some(expected));
        assert_eq!(
            said,
            [
                "http, url: what the section needs in the detail is not a text",
                "http, lib: the detail lacks a text that the section needs"
            ]
        );
        let (span, said) = mended("sql", "[1]");
        assert_eq!(span.detail.as_deref(), Some(r#"{"query":""}"#));
        assert_eq!(said[0], "sql: the detail is not an object");
        let (span, said) = mended("sleep", "[1]");
        assert_eq!((span.detail, said.len()), (None, 1));
    }

    #[test]
    fn an_http_span_without_a_known_method_becomes_an_annotation() {
        let (span, said) = mended("http", r#"{"method":"post","url":"/x","lib":"y"}"#);
        let expected = r#"{"method":"POST","url":"/x","lib":"y"}"#;
        assert_eq!(
            (span.section, span.detail.as_deref()),
            ("http", Some(expected))
        );
        assert!(said.is_empty());
        let (span, said) = mended("http", r#"{"method":"BREW","url":"/x","lib":"y"}"#);
        assert_eq!(span.section, "annotation");
        let expected = r#"{"method":"BREW","url":"/x","lib":"y","content":"http BREW /x"}"#;
        assert_eq!(span.detail.as_deref(), Some(expected));
        assert_eq!(said, ["http: the detail's method is not known"]);
        let (span, said) = mended("http", r#"{"method":null,"url":"","lib":"y"}"#);
        assert!(span.detail.unwrap().ends_with(r#""content":"http"}"#));
        assert_eq!(said, ["http: the detail has no method"]);
    }

    #[test]
    fn an_unknown_section_becomes_an_annotation() {
        let (span, said) = mended("redis\u{1b}[0m", "");
        assert_eq!(span.section, "annotation");
        assert_eq!(span.detail.as_deref(), Some(r#"{"content":"redis"}"#));
        assert_eq!(said, ["redis: the section is not known"]);
        let (span, _) = mended("redis", r#"{"content":"GET x"}"#);
        assert_eq!(span.detail.as_deref(), Some(r#"{"content":"GET x"}"#));
    }

    #[test]
    fn names_and_texts_of_a_detail_are_scrubbed() {
        let (span, said) = mended("sql", r#"{"query":"\u001b[1mx","\u001b[2my":["\u0000z"]}"#);
        assert_eq!(span.detail.as_deref(), Some(r#"{"query":"x","y":["z"]}"#));
        assert!(said.is_empty());
    }

    #[test]
    fn credentials_in_the_urls_of_a_detail_go() {
        let detail =
            r#"{"query":"\u001b[1ma://me:se\u001b[0mcret@h","me@h":[{"a":"a://me@h me@h"}]}"#;
        let (span, said) = mended("sql", detail);
        let expected = r#"{"query":"a://h","me@h":[{"a":"a://h me@h"}]}"#;
        assert_eq!((span.detail.as_deref(), said.len()), (Some(expected), 0));
        let (span, said) = mended("a://me:secret@h", "");
        assert_eq!(span.detail.as_deref(), Some(r#"{"content":"a://h"}"#));
        assert_eq!(said, ["a://h: the section is not known"]);
        let (span, _) = mended(
            "http",
            r#"{"method":"BREW","url":"a://me:secret@h","lib":""}"#,
        );
        assert!(!span.detail.unwrap().contains("secret"));
    }

    #[test]
    fn numbers_of_a_detail_keep_their_digits() {
        let detail = r#"{"query":"","rows":1e2,"share":0.10,"large":123456789012345678901}"#;
        assert_eq!(mended("sql", detail).0.detail.as_deref(), Some(detail));
    }

    #[test]
    fn a_text_of_a_detail_has_a_greatest_length() {
        let query = |chars: usize| format!(r#"{{"query":"{}"}}"#, "ä".repeat(chars));
        let longest = query(limits::DETAIL_TEXT_CHARS);
        let (span, said) = mended("sql", &longest);
        assert_eq!((span.detail.as_deref(), said.len()), (Some(&*longest), 0));
        let (span, said) = mended("sql", &query(limits::DETAIL_TEXT_CHARS + 1));
        let detail = span.detail.unwrap();
        assert!(detail.ends_with("ä…\"}"));
        assert_eq!(detail.chars().count(), longest.chars().count());
        assert_eq!(said, ["sql: the detail is too long and is cut"]);
        let (_, said) = mended("sleep", &format!(r#"{{"a":[{}]}}"#, query(10_241)));
        assert_eq!(said.len(), 1);
    }

    #[test]
    fn all_texts_of_a_detail_are_cut() {
        let long = "x".repeat(limits::DETAIL_TEXT_CHARS + 1);
        for detail in [
            format!(r#"{{"query":"{long}","more":"{long}"}}"#),
            format!(r#"{{"query":"","more":["{long}","{long}"]}}"#),
            format!(r#"{{"query":"","more":{{"a":"{long}","b":"{long}"}}}}"#),
        ] {
            let (span, said) = mended("sql", &detail);
            assert_eq!(span.detail.unwrap().matches("x…").count(), 2);
            assert_eq!(said, ["sql: the detail is too long and is cut"]);
        }
    }

    #[test]
    fn a_span_takes_no_more_bytes_than_it_says() {
        let (mut span, _) = mended("annotation", r#"{"content":"x"}"#);
        let fields = r#"{"section":"annotation","duration":,"detail":,"start_at":,"end_at":,"children":[]},"#;
        let longest_time = "9007199254.740991000";
        let detail = span.detail.as_ref().map_or(0, |detail| detail.len());
        assert!(fields.len() + 3 * longest_time.len() + detail <= span.bytes());
        span.detail = Some("x".repeat(100_000).into());
        assert!((100_000..101_000).contains(&span.bytes()));
    }

    #[test]
    fn of_a_long_detail_only_what_is_needed_is_kept() {
        let more =
            |bytes: usize| format!(r#"{{"more":[{}1],"query":"q"}}"#, "1,".repeat(bytes / 2));
        let empty = more(0).len();
        let longest = more(limits::DETAIL_BYTES - empty);
        assert_eq!(mended("sql", &longest).0.detail.as_deref(), Some(&*longest));
        let (span, said) = mended("sql", &more(limits::DETAIL_BYTES - empty + 2));
        assert_eq!(span.detail.as_deref(), Some(r#"{"query":"q"}"#));
        assert_eq!(said, ["sql: the detail is too long and is cut"]);
    }

    #[test]
    fn no_detail_is_longer_than_its_limit() {
        let long = "\\u0001".repeat(20_000);
        let detail = format!(r#"{{"method":"GET","url":"{long}","lib":"{long}"}}"#);
        let detail = mended("http", &detail).0.detail.unwrap();
        assert!(detail.len() <= limits::DETAIL_BYTES, "{}", detail.len());
        assert!(detail.starts_with(r#"{"url":"\u0001"#), "{detail:.60}");
        assert!(detail.ends_with(r#"…","method":"GET"}"#));
    }

    #[test]
    fn a_span_that_ends_before_it_begins_takes_no_time() {
        for (start, end, duration, expected, said) in [
            (Some(5), Some(9), None, (Some(9), 4), 0),
            (Some(5), Some(9), Some(2), (Some(9), 2), 0),
            (Some(9), Some(5), None, (Some(9), 0), 1),
            (Some(9), Some(9), None, (Some(9), 0), 0),
            (None, Some(5), None, (Some(5), 0), 0),
            (Some(5), None, None, (None, 0), 0),
            (None, None, Some(-1), (None, 0), 1),
            (None, None, Some(0), (None, 0), 0),
        ] {
            let (span, problems) = mended_of(event::Span {
                section: "sleep".into(),
                start,
                end,
                duration,
                ..event::Span::default()
            });
            assert_eq!((span.end, span.duration), expected, "{start:?} {end:?}");
            assert_eq!(problems.len(), said, "{start:?} {end:?}");
        }
    }
}
