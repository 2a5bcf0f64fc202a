//! Spans: mended to what Test Engine documents, and laid into each other.

mod tree;

pub use tree::{Node, Tree};

use serde_json::{Map, Value};

use crate::event;
use crate::json::json;
use crate::scrub::scrub_json;

/// The sections that Test Engine documents, and the texts that the detail of each must hold; `http`
/// also has a method
/// (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).
const SECTIONS: [(&str, &[&str]); 4] = [
    ("http", &["url", "lib"]),
    ("sql", &["query"]),
    ("sleep", &[]),
    ("annotation", &["content"]),
];

/// The methods that Test Engine documents for the section `http`.
const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "CONNECT", "OPTIONS", "TRACE",
];

/// A span as Test Engine documents it. Times are nanoseconds since the run started.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// `http`, `sql`, `sleep` or `annotation`.
    pub section: String,
    /// When it began.
    pub start: Option<i64>,
    /// When it ended; never before it began.
    pub end: Option<i64>,
    /// How long it took; never negative.
    pub duration: i64,
    /// What it did; absent where the section needs none and none was given.
    pub detail: Option<Map<String, Value>>,
    /// Its number in the execution.
    id: Option<u64>,
    /// The number of the span around it.
    parent: Option<u64>,
}

impl Span {
    /// Brings a span into the documented form and says what that took.
    ///
    /// - A section that Test Engine does not know becomes an `annotation` of that content.
    /// - A detail that is no object is dropped; a text that the section needs is made from what is
    ///   there, and empty where nothing is.
    /// - An `http` span whose method Test Engine does not know becomes an `annotation`.
    /// - A span that ends before it begins takes no time.
    #[must_use]
    pub fn mended(event: event::Span) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let (mut section, needed, mut content) =
            match SECTIONS.iter().find(|s| s.0 == event.section) {
                Some((name, needed)) => ((*name).to_owned(), *needed, None),
                None => {
                    problems.push(format!("the section {} is not known", event.section));
                    ("annotation".to_owned(), SECTIONS[3].1, Some(event.section))
                }
            };
        let mut detail = match event.detail {
            None | Some(Value::Null) => None,
            Some(Value::Object(detail)) => Some(detail),
            Some(_) => {
                problems.push(format!("{section}: the detail is not an object"));
                None
            }
        };
        for key in needed {
            let detail = detail.get_or_insert_default();
            match detail.get_mut(*key) {
                Some(Value::String(_)) => {}
                Some(other) if !other.is_null() => {
                    problems.push(format!("{section}: the detail's {key} is not a text"));
                    *other = Value::String(json(other));
                }
                _ => {
                    let text = content.take().unwrap_or_else(|| {
                        problems.push(format!("{section}: the detail has no {key}"));
                        String::new()
                    });
                    detail.insert((*key).to_owned(), Value::String(text));
                }
            }
        }
        if let Some(detail) = &mut detail {
            detail.values_mut().for_each(scrub_json);
        }
        if section == "http"
            && let Some(detail) = &mut detail
            && let Some(problem) = mend_method(detail)
        {
            section = "annotation".to_owned();
            problems.push(problem);
        }
        let end = event.end.map(|end| end.max(event.start.unwrap_or(end)));
        let duration = event
            .duration
            .or_else(|| Some(end?.saturating_sub(event.start?)))
            .unwrap_or(0)
            .max(0);
        if end != event.end || event.duration.is_some_and(|given| given < 0) {
            problems.push(format!("{section}: it ends before it begins"));
        }
        let span = Self {
            section,
            start: event.start,
            end,
            duration,
            detail,
            id: event.id,
            parent: event.parent,
        };
        (span, problems)
    }
}

/// Writes the method of an `http` span in capitals; where it is not known, what is there becomes the
/// content of an annotation, and is said.
fn mend_method(detail: &mut Map<String, Value>) -> Option<String> {
    let given = detail.get("method").and_then(Value::as_str);
    if let Some(method) = given.map(str::to_ascii_uppercase)
        && METHODS.contains(&method.as_str())
    {
        detail.insert("method".to_owned(), Value::String(method));
        return None;
    }
    let mut content = String::from("http");
    for part in [given, detail.get("url").and_then(Value::as_str)] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            content.push(' ');
            content.push_str(part);
        }
    }
    let problem = match given {
        Some(_) => "http: the detail's method is not known".to_owned(),
        None => "http: the detail has no method".to_owned(),
    };
    detail.insert("content".to_owned(), Value::String(content));
    Some(problem)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_detail_is_mended_not_dropped() {
        let event = event::Span {
            section: "http".into(),
            detail: Some(json!({"method": "GET", "url": 5, "more": [1]})),
            ..event::Span::default()
        };
        let (span, problems) = Span::mended(event);
        assert_eq!(
            json!(span.detail),
            json!({"method": "GET", "url": "5", "lib": "", "more": [1]})
        );
        assert_eq!(
            problems,
            [
                "http: the detail's url is not a text",
                "http: the detail has no lib"
            ]
        );
    }

    #[test]
    fn an_http_span_without_a_known_method_becomes_an_annotation() {
        let mended = |method: &str| {
            Span::mended(event::Span {
                section: "http".into(),
                detail: Some(json!({"method": method, "url": "/x", "lib": "y"})),
                ..event::Span::default()
            })
        };
        let (span, problems) = mended("post");
        assert_eq!(
            json!([span.section, span.detail]),
            json!(["http", {"method": "POST", "url": "/x", "lib": "y"}])
        );
        assert!(problems.is_empty());
        let (span, problems) = mended("BREW");
        assert_eq!(span.section, "annotation");
        assert_eq!(span.detail.unwrap()["content"], "http BREW /x");
        assert_eq!(problems, ["http: the detail's method is not known"]);
    }

    #[test]
    fn an_unknown_section_becomes_an_annotation() {
        let event = event::Span {
            section: "redis".into(),
            ..event::Span::default()
        };
        let (span, problems) = Span::mended(event);
        assert_eq!(span.section, "annotation");
        assert_eq!(json!(span.detail), json!({"content": "redis"}));
        assert_eq!(problems, ["the section redis is not known"]);
    }
}
