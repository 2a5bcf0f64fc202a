//! The trace of one execution.

use super::message::{
    CLIENT, ERROR, Event, INTERNAL, KeyValue, LOCAL, Link, REMOTE, Span, Status, Value,
};
use super::protobuf::Bytes;
use super::shorten;
use crate::encode::Header;
use crate::encode::test_engine::joined;
use crate::event::{Outcome, When};
use crate::execution::{Ended, Entry, Part, TestResult};
use crate::json::{self, Json, Object, Writer};
use crate::limits;
use crate::run_id::{RunId, mix};
use crate::span::{Node, Tree};
use crate::tag::Tags;
use crate::text::{shortened, split_once};

/// What the phases are called that lie below the root.
const PHASES: [(When, &str); 3] = [
    (When::Setup, "test.setup"),
    (When::Call, "test.body"),
    (When::Teardown, "test.teardown"),
];

/// The dialects of SQL whose systems have names (<https://opentelemetry.io/docs/specs/semconv/db/>).
const SYSTEMS: [(&str, &str); 7] = [
    ("postgresql", "postgresql"),
    ("mysql", "mysql"),
    ("mariadb", "mariadb"),
    ("sqlite", "sqlite"),
    ("mssql", "microsoft.sql_server"),
    ("oracle", "oracle.db"),
    ("cockroachdb", "cockroachdb"),
];

/// The spans of an execution, the root first, and each before those in it.
#[must_use]
pub fn trace(header: &Header, tags: &Tags, ended: &Ended) -> Vec<Span> {
    let id = ended
        .id
        .unwrap_or_else(|| header.id.of_execution(ended.number));
    let mut made = Making {
        trace_id: id,
        began: header.started_at.unwrap_or(0).saturating_mul(1_000_000),
        spans: Vec::new(),
    };
    let root = made.add(None, &label(ended), ended.start, ended.end);
    let phases = made.phases(ended);
    made.subtests(ended, phases[1]);
    made.exceptions(ended, root, &phases);
    if !ended.spans.is_empty() {
        for node in Tree::new(&ended.spans).roots() {
            let span = node.span();
            let mut around = phases.iter().flatten().filter(|phase| {
                let start = span.start.map(|start| made.time(start));
                start.is_some_and(|start| {
                    made.spans[**phase].start <= start && start <= made.spans[**phase].end
                })
            });
            let around = around.next_back().or(phases[1].as_ref()).unwrap_or(&root);
            made.tree(node, *around, root, ended.start);
        }
    }
    let span = &mut made.spans[root];
    describe(span, header, tags, ended);
    links(span, header, ended);
    let left_out = shorten(&mut made.spans);
    if left_out > 0 {
        let count = Value::Whole(i64::try_from(left_out).unwrap_or(i64::MAX));
        made.spans[0]
            .attributes
            .push(KeyValue::new("test.spans.left_out", count));
    }
    made.spans
}

/// What a person knows the test by; for pytest its node id.
fn label(ended: &Ended) -> String {
    match ended.scope.as_str() {
        "" => ended.name.clone(),
        scope => [scope, "::", &ended.name].concat(),
    }
}

/// A trace that grows.
struct Making {
    trace_id: RunId,
    /// When the run began, in nanoseconds since 1970.
    began: u64,
    spans: Vec<Span>,
}

impl Making {
    /// A time of the run, in nanoseconds since 1970.
    fn time(&self, time: i64) -> u64 {
        self.began.saturating_add_signed(time)
    }

    /// Adds a span in another one, and returns its place.
    fn add(&mut self, parent: Option<usize>, name: &str, start: i64, end: i64) -> usize {
        let place = self.spans.len();
        self.spans.push(Span {
            trace_id: *self.trace_id.bytes(),
            span_id: span_id(self.trace_id, place as u64),
            parent_span_id: parent.map(|parent| self.spans[parent].span_id),
            name: shortened(name, limits::TRACE_NAME_CHARS).0.into_owned(),
            kind: INTERNAL,
            start: self.time(start),
            end: self.time(end.max(start)),
            attributes: Vec::new(),
            dropped_attributes: 0,
            events: Vec::new(),
            dropped_events: 0,
            links: Vec::new(),
            status: None,
            flags: LOCAL,
        });
        place
    }

    /// Adds what is known of setup, body and teardown, and returns their places.
    fn phases(&mut self, ended: &Ended) -> [Option<usize>; 3] {
        let part = |when| ended.parts.iter().find(|part| part.when == when).copied();
        let ends = |part: Part| (part.start, part.end, part.outcome == Outcome::Failed);
        let mut times = PHASES.map(|(when, _)| part(when).map(ends));
        // Fast path of a host: one call stands for all, which says how long the others were.
        if let [setup @ None, Some(body), teardown @ None] = &mut times {
            let (start, end, _) = *body;
            if ended.setup > 0 {
                body.0 = start.saturating_add(ended.setup).min(end);
                *setup = Some((start, body.0, false));
            }
            if ended.teardown > 0 {
                body.1 = end.saturating_sub(ended.teardown).max(body.0);
                *teardown = Some((body.1, end, false));
            }
        }
        let mut places = [None; 3];
        for (place, (time, (_, name))) in places.iter_mut().zip(times.iter().zip(PHASES)) {
            if let Some((start, end, is_failed)) = *time {
                let added = self.add(Some(0), name, start, end);
                self.spans[added].status = is_failed.then(|| failed(String::new()));
                *place = Some(added);
            }
        }
        places
    }

    fn subtests(&mut self, ended: &Ended, body: Option<usize>) {
        for part in ended.parts.iter().filter(|part| part.when == When::Subtest) {
            let place = self.add(
                Some(body.unwrap_or(0)),
                "test.subtest",
                part.start,
                part.end,
            );
            let span = &mut self.spans[place];
            let status = match part.outcome {
                Outcome::Passed => "pass",
                Outcome::Failed => "fail",
                Outcome::Skipped => "skipped",
                Outcome::Other => continue,
            };
            text(span, "test.case.result.status", status);
            span.status = (part.outcome == Outcome::Failed).then(|| failed(String::new()));
        }
    }

    /// Adds the failures of a test that failed to the phases that they belong to.
    fn exceptions(&mut self, ended: &Ended, root: usize, phases: &[Option<usize>; 3]) {
        if ended.result != TestResult::Failed {
            return;
        }
        let reason = ended.failures.reason.as_deref();
        let only = Entry::default();
        let entries = match ended.failures.entries.as_slice() {
            [] => std::slice::from_ref(&only),
            entries => entries,
        };
        for (index, entry) in entries.iter().enumerate() {
            let part = entry.part.and_then(|part| ended.parts.get(part));
            let (place, time) = match part {
                Some(part) => {
                    let phase = PHASES.iter().position(|(when, _)| *when == part.when);
                    let phase = phase.and_then(|phase| phases[phase]);
                    let is_subtest = part.when == When::Subtest;
                    let subtests = self.spans.iter().position(|span| {
                        span.name == "test.subtest"
                            && (span.start, span.end)
                                == (self.time(part.start), self.time(part.end))
                    });
                    (
                        phase.or(subtests.filter(|_| is_subtest)).unwrap_or(root),
                        part.end,
                    )
                }
                None => (root, ended.end),
            };
            let time = self.time(time);
            let event = exception(entry, reason.filter(|_| index == 0), time);
            push_event(&mut self.spans[place], event);
        }
    }

    /// Adds a span of a test and those in it, which lie no deeper than their limit.
    fn tree(&mut self, node: Node<'_>, parent: usize, root: usize, began: i64) {
        let span = node.span();
        let start = span.start.unwrap_or(began);
        let end = span
            .end
            .unwrap_or_else(|| start.saturating_add(span.duration));
        let detail = span
            .detail
            .as_deref()
            .and_then(|detail| json::parse(detail).ok());
        let detail = match detail {
            Some(Json::Object(fields)) => fields,
            _ => Object::new(),
        };
        let mut place = parent;
        if span.section == "annotation" {
            let content = detail.iter().find(|(name, _)| name == "content");
            let content = content.and_then(|(_, content)| content.as_text());
            let content = shortened(content.unwrap_or_default(), limits::TRACE_TEXT_CHARS).0;
            let time = self.time(start);
            push_event(
                &mut self.spans[root],
                Event {
                    time,
                    name: "test.annotation",
                    attributes: vec![KeyValue::new(
                        "buildkite.annotation",
                        Value::Text(content.into_owned()),
                    )],
                },
            );
        }
        let is_moment = end <= start && span.duration == 0;
        if span.section != "annotation" || !is_moment || node.children().len() > 0 {
            place = self.add(Some(parent), &name(span.section, &detail), start, end);
            let made = &mut self.spans[place];
            if matches!(span.section, "http" | "sql") {
                made.kind = CLIENT;
            }
            for (name, value) in &detail {
                attribute(made, span.section, name, value);
            }
        }
        for child in node.children() {
            self.tree(child, place, root, start);
        }
    }
}

/// The id of a span: the root's number is 0. No two of a trace are equal.
fn span_id(trace: RunId, number: u64) -> [u8; 8] {
    let id = mix(trace.low() ^ mix(number));
    id.max(1).to_be_bytes()
}

fn failed(message: String) -> Status {
    Status {
        message,
        code: ERROR,
    }
}

/// The name of a span: what it does, in few words.
fn name(section: &str, detail: &Object<'_>) -> String {
    let field = |wanted| {
        let found = detail.iter().rfind(|(name, _)| name == wanted);
        found.and_then(|(_, value)| value.as_text())
    };
    let name = match section {
        "http" => field("method"),
        // A sum of calls begins with a number: `3 × SELECT ?`.
        "sql" => field("query").and_then(|query| {
            let word = up_to(query, b" \n\t\r");
            word.bytes()
                .all(|byte| byte.is_ascii_alphabetic())
                .then_some(word)
        }),
        _ => None,
    };
    name.unwrap_or(section).to_owned()
}

/// Adds a field of a span's detail, by the convention for it where there is one.
fn attribute(span: &mut Span, section: &str, name: &str, value: &Json<'_>) {
    let content = value.as_text();
    match (section, name, content) {
        ("http", "method", Some(method)) => text(span, "http.request.method", method),
        ("http", "url", Some(url)) => {
            text(span, "url.full", url);
            if let Some(host) = host(url) {
                text(span, "server.address", host);
            }
        }
        ("sql", "query", Some(query)) => text(span, "db.query.text", query),
        ("sql", "dialect", Some(dialect)) => {
            let known = SYSTEMS.iter().find(|known| known.0 == dialect);
            text(
                span,
                "db.system.name",
                known.map_or(dialect, |known| known.1),
            );
        }
        ("annotation", "content", Some(content)) => text(span, "buildkite.annotation", content),
        _ => {
            let (key, value) = match (section, name, value) {
                ("http", "status_code", Json::Whole(_)) => {
                    ("http.response.status_code".to_owned(), value)
                }
                _ => (["test.span.", name].concat(), value),
            };
            let key = shortened(&key, limits::RUN_ENV_NAME_BYTES).0;
            match value {
                Json::Null => {}
                Json::Bool(is) => add(span, &key, Value::Bool(*is)),
                Json::Whole(number) => add(span, &key, Value::Whole(number.cast_signed())),
                Json::Text(content) => text(span, &key, content),
                other => text(span, &key, &Writer::of(other)),
            }
        }
    }
}

/// The beginning of a text, up to the first of some ASCII characters.
fn up_to<'a>(text: &'a str, ends: &[u8]) -> &'a str {
    let end = text.bytes().position(|byte| ends.contains(&byte));
    &text[..end.unwrap_or(text.len())]
}

/// The host in a URL.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = split_once(url, "://")?;
    let authority = up_to(rest, b"/?#");
    let host = match authority.strip_prefix('[') {
        Some(address) => up_to(address, b"]"),
        None => up_to(authority, b":"),
    };
    // Scrubbing leaves no user before it; a sum of calls has words behind it.
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_host)).then_some(host)
}

fn text(span: &mut Span, key: &str, value: &str) {
    let value = shortened(value, limits::TRACE_TEXT_CHARS).0.into_owned();
    add(span, key, Value::Text(value));
}

fn add(span: &mut Span, key: &str, value: Value) {
    match span.attributes.len() < limits::TRACE_ATTRIBUTES {
        true => span.attributes.push(KeyValue::new(key, value)),
        false => span.dropped_attributes += 1,
    }
}

/// Says at the root what is known of the execution.
fn describe(span: &mut Span, header: &Header, tags: &Tags, ended: &Ended) {
    let status = match ended.result {
        TestResult::Passed => Some("pass"),
        TestResult::Failed => Some("fail"),
        TestResult::Skipped => Some("skipped"),
        TestResult::Unknown => None,
    };
    if !ended.scope.is_empty() {
        text(span, "test.suite.name", &ended.scope);
    }
    text(span, "test.case.name", &label(ended));
    if let Some(status) = status {
        text(span, "test.case.result.status", status);
    }
    let reason = ended.failures.reason.as_deref();
    span.status = match ended.result {
        TestResult::Failed => Some(failed(reason.unwrap_or_default().to_owned())),
        TestResult::Unknown => Some(failed(reason.unwrap_or("did not finish").to_owned())),
        TestResult::Skipped => {
            if let Some(reason) = reason {
                text(span, "test.case.result.reason", reason);
            }
            None
        }
        TestResult::Passed => None,
    };
    if let Some(file) = &ended.file {
        match header.location_prefix.as_deref() {
            Some(prefix) => text(span, "code.file.path", &joined(prefix, file)),
            None => text(span, "code.file.path", file),
        }
        if let Some(line) = ended.line {
            let line = Value::Whole(i64::try_from(line).unwrap_or(i64::MAX));
            add(span, "code.line.number", line);
        }
    }
    if ended.attempt.before > 0 {
        let attempt = ended.attempt.before.saturating_add(1).cast_signed();
        add(span, "test.case.attempt", Value::Whole(attempt));
    }
    let own: Vec<_> = ended.tags.iter().collect();
    let of_run = tags
        .iter()
        .filter(|(key, _)| own.iter().all(|(own, _)| own != key));
    for (key, value) in own.iter().copied().chain(of_run) {
        text(span, &["test.tag.", key].concat(), value);
    }
}

fn links(span: &mut Span, header: &Header, ended: &Ended) {
    if let Some(parent) = &header.telemetry.parent {
        span.links.push(Link {
            trace_id: parent.trace_id,
            span_id: parent.span_id,
            trace_state: parent.state.clone(),
            flags: REMOTE | u32::from(parent.flags),
        });
    }
    if ended.attempt.before > 0 {
        let previous = header.id.of_execution(ended.attempt.previous);
        span.links.push(Link {
            trace_id: *previous.bytes(),
            span_id: span_id(previous, 0),
            trace_state: String::new(),
            flags: LOCAL,
        });
    }
}

fn exception(entry: &Entry, reason: Option<&str>, time: u64) -> Event {
    let (mut attributes, text) = (Vec::new(), |value: String| Value::Text(value));
    if let Some(kind) = reason.and_then(kind) {
        attributes.push(KeyValue::new("exception.type", text(kind.to_owned())));
    }
    let mut message = entry.expanded.join("\n");
    if message.is_empty() {
        reason.unwrap_or_default().clone_into(&mut message);
    }
    cut(&mut message, limits::EXCEPTION_MESSAGE_BYTES);
    attributes.push(KeyValue::new("exception.message", text(message)));
    let mut stack = entry.backtrace.join("\n");
    cut(&mut stack, limits::EXCEPTION_STACKTRACE_BYTES);
    if !stack.is_empty() {
        attributes.push(KeyValue::new("exception.stacktrace", text(stack)));
    }
    Event {
        time,
        name: "exception",
        attributes,
    }
}

/// The type that a reason begins with: `decimal.InvalidOperation: …`.
fn kind(reason: &str) -> Option<&str> {
    let kind = split_once(reason, ":").map_or(reason, |(kind, _)| kind);
    let last = kind.as_bytes().rsplit(|byte| *byte == b'.').next()?;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._".contains(&byte);
    let is_kind = last.first().is_some_and(u8::is_ascii_uppercase);
    (is_kind && kind.bytes().all(is_part)).then_some(kind)
}

/// Cuts a text between characters to so many bytes.
fn cut(text: &mut String, bytes: usize) {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// Adds an event within the limits of a span.
fn push_event(span: &mut Span, event: Event) {
    let bytes: usize = span.events.iter().map(bytes_of).sum();
    let is_first = span.events.is_empty();
    let fits = bytes + bytes_of(&event) <= limits::TRACE_EVENTS_BYTES;
    match span.events.len() < limits::TRACE_EVENTS && (fits || is_first) {
        true => span.events.push(event),
        false => span.dropped_events += 1,
    }
}

/// How many bytes an event takes, or a few more.
fn bytes_of(event: &Event) -> usize {
    let mut bytes = Bytes::default();
    bytes.event(11, event);
    bytes.0.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_what_looks_like_one() {
        for (reason, expected) in [
            ("AssertionError: assert 1 == 2", Some("AssertionError")),
            (
                "decimal.InvalidOperation: x: y",
                Some("decimal.InvalidOperation"),
            ),
            ("KeyError", Some("KeyError")),
            ("assert 1 == 2", None),
            ("No database: none", None),
            ("", None),
            ("a.: x", None),
        ] {
            assert_eq!(kind(reason), expected, "{reason}");
        }
    }

    #[test]
    fn a_host_is_what_a_url_names() {
        for (url, expected) in [
            ("https://x.com/a", Some("x.com")),
            ("http://x.com:80?a", Some("x.com")),
            ("http://[::1]:80/", Some("::1")),
            ("/a", None),
            ("3 × https://x.com, 1 s in all", None),
            ("http://", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }

    #[test]
    fn span_ids_are_eight_bytes_of_their_own() {
        let run = RunId::parse("0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b").unwrap();
        let ids: std::collections::HashSet<_> = (0..10_000).map(|n| span_id(run, n)).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(
            ids.iter()
                .all(|id| id.len() == 8 && id.iter().any(|byte| *byte != 0))
        );
    }
}
