//! Test Engine's JSON (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::environment::RunEnv;
use crate::event::Failure;
use crate::execution::Execution;
use crate::identity::RunId;
use crate::json::json;
use crate::span::{Node, Tree};

/// An execution as an element of an upload's `data`, and of the `--json` array.
#[must_use]
pub fn execution(run: RunId, mut execution: Execution) -> String {
    let spans = Tree::new(execution.take_spans());
    let test = execution.test();
    let failures = execution.verdict().failures();
    let location = test.file.as_ref().map(|file| match test.line {
        Some(line) => format!("{file}:{line}"),
        None => file.clone(),
    });
    json(&Result {
        id: run.execution(test.execution),
        scope: &test.scope,
        name: &test.name,
        location,
        file_name: test.file.as_deref(),
        history: History {
            section: "top",
            children: spans.roots().map(SpanJson).collect(),
            start_at: seconds(test.time),
            end_at: seconds(execution.ended_at()),
            duration: seconds(execution.ended_at().saturating_sub(test.time)),
        },
        tags: execution.tags(),
        result: execution.verdict().result().as_str(),
        failure_reason: failures.first().and_then(|first| first.reason.as_deref()),
        failure_expanded: expanded(failures),
    })
}

/// The part of an upload before its results: `{"format":"json",…,"data":[`.
#[must_use]
pub fn opening(run_env: &RunEnv, tags: &Map<String, Value>) -> String {
    let run_env = json(run_env);
    let tags = match tags.is_empty() {
        true => String::new(),
        false => format!(r#""tags":{},"#, json(tags)),
    };
    format!(r#"{{"format":"json","run_env":{run_env},{tags}"data":["#)
}

/// The part of an upload after its results.
pub const CLOSING: &str = "]}";

/// Nanoseconds as Test Engine's seconds.
fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

#[derive(Serialize)]
struct Result<'a> {
    id: String,
    scope: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    history: History<'a>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    tags: &'a Map<String, Value>,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failure_expanded: Vec<Expanded<'a>>,
}

#[derive(Serialize)]
struct History<'a> {
    section: &'static str,
    children: Vec<SpanJson<'a>>,
    start_at: f64,
    end_at: f64,
    duration: f64,
}

struct SpanJson<'a>(Node<'a>);

impl Serialize for SpanJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let span = self.0.span();
        let children: Vec<_> = self.0.children().map(SpanJson).collect();
        let mut json = serializer.serialize_struct("Span", 6)?;
        json.serialize_field("section", &span.section)?;
        json.serialize_field("duration", &seconds(span.duration))?;
        if let Some(detail) = &span.detail {
            json.serialize_field("detail", detail)?;
        }
        if let Some(start) = span.start {
            json.serialize_field("start_at", &seconds(start))?;
        }
        if let Some(end) = span.end {
            json.serialize_field("end_at", &seconds(end))?;
        }
        if !children.is_empty() {
            json.serialize_field("children", &children)?;
        }
        json.end()
    }
}

#[derive(Serialize)]
struct Expanded<'a> {
    expanded: Vec<&'a str>,
    backtrace: &'a [String],
}

/// An entry for each failure that has more to say than the reason already said.
fn expanded(failures: &[Failure]) -> Vec<Expanded<'_>> {
    failures
        .iter()
        .enumerate()
        .filter_map(|(index, failure)| {
            let mut expanded: Vec<&str> = failure.expanded.iter().map(String::as_str).collect();
            if expanded.is_empty() && index > 0 {
                expanded.extend(failure.reason.iter().flat_map(|reason| reason.lines()));
            }
            let is_empty = expanded.is_empty() && failure.backtrace.is_empty();
            (!is_empty).then_some(Expanded {
                expanded,
                backtrace: &failure.backtrace,
            })
        })
        .collect()
}
