//! An execution as its result says it: what [`test_engine`](crate::encode::test_engine) has written,
//! read again.

use super::{Attempt, Ended, Entry, Failures, TestResult};
use crate::json::Json;
use crate::run_id::RunId;
use crate::span::Span;
use crate::tag::Tags;

impl Ended {
    /// The execution of a result that is within the limits. Of a result nobody knows what its setup and
    /// its teardown took, and which worker ran it.
    #[must_use]
    pub fn of_result(number: u64, result: TestResult, json: &Json<'_>) -> Self {
        let text = |name| json.get(name).and_then(Json::as_text);
        let history = json.get("history");
        let time = |name| history.and_then(|history| history.get(name)?.as_nanoseconds());
        let (file, line) = place(text("file_name"), text("location"));
        let start = time("start_at").unwrap_or(0);
        let duration = time("duration").unwrap_or(0);
        let end = time("end_at").unwrap_or(start.saturating_add(duration));
        let mut spans = Vec::new();
        if let Some(history) = history {
            read_spans(history, None, &mut spans);
        }
        Self {
            number,
            id: text("id").and_then(RunId::parse),
            attempt: Attempt::default(),
            parts: Vec::new(),
            scope: text("scope").unwrap_or_default().to_owned(),
            name: text("name").unwrap_or_default().to_owned(),
            file: file.map(str::to_owned),
            line,
            start,
            end: end.max(start),
            setup: 0,
            teardown: 0,
            worker: None,
            result,
            failures: failures(json),
            spans,
            tags: tags(json.get("tags")),
        }
    }
}

/// A test's file and its line, of which `location` has both: `tests/test_cart.py:12`.
fn place<'a>(file: Option<&'a str>, location: Option<&'a str>) -> (Option<&'a str>, Option<u64>) {
    let parts = location.and_then(|location| {
        let (before, line) = location.rsplit_once(':')?;
        Some((before, line.parse().ok()?))
    });
    match parts {
        Some((before, line)) => (file.or(Some(before)), Some(line)),
        None => (file.or(location), None),
    }
}

fn failures(json: &Json<'_>) -> Failures {
    let texts = |entry: &Json<'_>, name| entry.get(name).map(Json::texts).unwrap_or_default();
    let entries = match json.get("failure_expanded") {
        Some(Json::List(entries)) => entries.as_slice(),
        _ => &[],
    };
    let entry = |entry| Entry {
        expanded: texts(entry, "expanded"),
        backtrace: texts(entry, "backtrace"),
        part: None,
    };
    Failures {
        reason: json
            .get("failure_reason")
            .and_then(Json::as_text)
            .map(str::to_owned),
        entries: entries.iter().map(entry).collect(),
    }
}

fn tags(json: Option<&Json<'_>>) -> Tags {
    let mut tags = Tags::default();
    if let Some(Json::Object(fields)) = json {
        for (key, value) in fields {
            let key = Json::Text(key.clone()).into_owned();
            // What breaks a rule was said when the result was read.
            let _ = tags.add(Some(key), Some(value.clone().into_owned()));
        }
    }
    tags
}

/// Reads the spans in a span, and those in them, which are no deeper than their reader allows.
fn read_spans(around: &Json<'_>, parent: Option<u64>, spans: &mut Vec<Span>) {
    let Some(Json::List(children)) = around.get("children") else {
        return;
    };
    for child in children {
        let id = spans.len() as u64;
        spans.push(Span::of_result(child, id, parent));
        read_spans(child, Some(id), spans);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn read(text: &str) -> Ended {
        Ended::of_result(3, TestResult::Failed, &parse(text).unwrap())
    }

    #[test]
    fn a_place_is_a_file_and_a_line() {
        for (file, location, expected) in [
            (Some("a.py"), Some("a.py:12"), (Some("a.py"), Some(12))),
            (None, Some("a.py:12"), (Some("a.py"), Some(12))),
            (None, Some("C:\\a.py"), (Some("C:\\a.py"), None)),
            (Some("a.py"), Some("a.py"), (Some("a.py"), None)),
            (Some("a.py"), None, (Some("a.py"), None)),
            (None, None, (None, None)),
        ] {
            assert_eq!(place(file, location), expected);
        }
    }

    #[test]
    fn a_result_has_what_it_says() {
        let ended = read(
            r#"{"scope":"s","name":"n","location":"f.py:7","tags":{"a":"b"},"failure_reason":"R",
            "history":{"start_at":1.5,"end_at":2.0,"duration":0.5,"children":[
                {"section":"sleep","duration":0.25,"start_at":1.5,"end_at":1.75,"children":[
                    {"section":"redis","duration":0.1,"detail":{"key":1}}]}]},
            "failure_expanded":[{"expanded":["E"],"backtrace":["f.py:7"]}]}"#,
        );
        assert_eq!((ended.start, ended.end), (1_500_000_000, 2_000_000_000));
        assert_eq!((ended.file.as_deref(), ended.line), (Some("f.py"), Some(7)));
        assert_eq!(ended.tags.iter().collect::<Vec<_>>(), [("a", "b")]);
        assert_eq!(ended.failures.reason.as_deref(), Some("R"));
        assert_eq!(ended.failures.entries[0].backtrace, ["f.py:7"]);
        let sections: Vec<_> = ended.spans.iter().map(|span| span.section).collect();
        assert_eq!(sections, ["sleep", "annotation"]);
        assert_eq!(ended.spans[1].detail.as_deref(), Some(r#"{"key":1}"#));
    }

    #[test]
    fn a_result_that_says_little_ends_when_it_has_taken_its_time() {
        let ended = read(r#"{"name":"n","history":{"duration":0.5}}"#);
        assert_eq!((ended.start, ended.end), (0, 500_000_000));
        let ended = read(r#"{"name":"n","history":{"start_at":5,"end_at":4,"duration":1}}"#);
        assert_eq!((ended.start, ended.end), (5_000_000_000, 5_000_000_000));
    }
}
