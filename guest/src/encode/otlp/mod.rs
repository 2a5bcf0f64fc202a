//! OpenTelemetry's traces of a run (<https://opentelemetry.io/docs/specs/otlp/>), for any backend.
//!
//! An execution is a trace, which has the execution's id:
//!
//! | in a run | in its trace |
//! |---|---|
//! | the execution | the root, named after the test; a link to the job's span, and to the attempt before |
//! | a phase | `test.setup`, `test.body`, `test.teardown` below the root; `test.subtest` in the body |
//! | a span | a span in the phase in which it began; an annotation is an event of the root |
//! | a failure | an event `exception` of the phase, and the root's status |
//! | a tag | an attribute `test.tag.<key>` of the root |
//!
//! ```text
//! Ended ──trace──► Span ──► protobuf, or json ──► Batch
//! ```
//!
//! Both encodings are written from the same messages, so that they say the same.
//!
//! Buildkite has a profile of its own for tests, which is experimental and is not written here: there the
//! root's name is `test.execution`, it has `buildkite.*` attributes with `buildkite.execution.via` as the
//! first, and phases appear only where they hold a span or a failure. Such a trace takes the place of an
//! upload; what is written here is beside it, and has that attribute never, or each test would count
//! twice. The profile would be another `trace` beside the one here, and share all else.

mod base64;
mod json;
pub mod message;
mod protobuf;
mod trace;

use super::Header;
use crate::execution::Ended;
use crate::json::Writer;
use crate::limits;
use crate::tag::Tags;
use message::{KeyValue, Resource, Scope, Span, Value};

use protobuf::Bytes;

pub use trace::trace;

/// The attribute of a resource that says who sends.
const SERVICE: &str = "service.name";

/// How a request with traces is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `http/protobuf`.
    Protobuf,
    /// `http/json`.
    Json,
}

/// What a host says of the traces that it will take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How they are written.
    pub encoding: Encoding,
    /// The service that they are of, where variables do not name it.
    pub service: String,
}

/// A request that grows, within [`limits::TRACES_BYTES`].
#[derive(Debug)]
pub struct Batch<'a> {
    encoding: Encoding,
    resource: Resource,
    scope: Scope,
    header: &'a Header,
    tags: &'a Tags,
    /// The spans, each written as an element.
    protobuf: Bytes,
    json: Writer,
    /// How many bytes the rest takes.
    around: usize,
}

impl<'a> Batch<'a> {
    /// A request of a run, without any trace.
    #[must_use]
    pub fn new(settings: &Settings, header: &'a Header, tags: &'a Tags) -> Self {
        let mut attributes = Vec::new();
        let text = |value: &str| Value::Text(value.to_owned());
        if !header.telemetry.has(SERVICE) {
            let service = match settings.service.as_str() {
                "" => "unknown_service",
                service => service,
            };
            attributes.push(KeyValue::new(SERVICE, text(service)));
        }
        let known = header.telemetry.resource.iter();
        attributes.extend(known.map(|(key, value)| KeyValue::new(key, text(value))));
        let collector = header.collector.clone().unwrap_or_default();
        let mut batch = Self {
            encoding: settings.encoding,
            resource: Resource { attributes },
            scope: Scope {
                name: collector.name,
                version: collector.version.unwrap_or_default(),
            },
            header,
            tags,
            protobuf: Bytes::default(),
            json: Writer::default(),
            around: 0,
        };
        batch.around = match settings.encoding {
            Encoding::Protobuf => batch.as_protobuf().len(),
            Encoding::Json => batch.as_json().len(),
        };
        // The three lengths in protobuf grow with what they are of.
        batch.around += 16;
        batch
    }

    /// Adds the trace of an execution, and says whether there was room for it. For the first there is.
    pub fn add(&mut self, ended: &Ended) -> bool {
        let spans = trace(self.header, self.tags, ended);
        let before = (self.protobuf.0.len(), self.json.len());
        let (mut protobuf, mut json) = (Bytes::default(), Writer::default());
        for span in &spans {
            match self.encoding {
                Encoding::Protobuf => protobuf.span(2, span),
                Encoding::Json => {
                    if before.1 + json.len() > 0 {
                        json.raw(",");
                    }
                    json::span(&mut json, span);
                }
            }
        }
        let bytes = before.0 + before.1 + protobuf.0.len() + json.len() + self.around;
        if bytes > limits::TRACES_BYTES && before != (0, 0) {
            return false;
        }
        self.protobuf.0.append(&mut protobuf.0);
        self.json.raw(&json.into_string());
        true
    }

    /// The request's body: JSON, or protobuf as Base64.
    #[must_use]
    pub fn into_body(self) -> String {
        match self.encoding {
            Encoding::Protobuf => base64::base64(&self.as_protobuf()),
            Encoding::Json => self.as_json(),
        }
    }

    fn as_protobuf(&self) -> Vec<u8> {
        let mut scope_spans = Bytes::default();
        scope_spans.scope(1, &self.scope);
        scope_spans.0.extend_from_slice(&self.protobuf.0);
        let mut resource_spans = Bytes::default();
        resource_spans.resource(1, &self.resource);
        resource_spans.bytes(2, &scope_spans.0);
        let mut request = Bytes::default();
        request.bytes(1, &resource_spans.0);
        request.0
    }

    fn as_json(&self) -> String {
        let mut json = Writer::with_capacity(self.around + self.json.len());
        json.raw("{\"resourceSpans\":[{\"resource\":{");
        json::attributes(&mut json, "\"attributes\":", &self.resource.attributes);
        json.raw("},\"scopeSpans\":[{\"scope\":{\"name\":")
            .text(&self.scope.name);
        json.raw(",\"version\":").text(&self.scope.version);
        json.raw("},\"spans\":[")
            .raw(self.json.as_str())
            .raw("]}]}]}");
        json.into_string()
    }
}

/// Takes the last spans of a trace away until it is within its limit in either encoding, and says how many.
fn shorten(spans: &mut Vec<Span>) -> usize {
    let mut protobuf = Bytes::default();
    for span in spans.iter() {
        protobuf.span(2, span);
        if protobuf.0.len() > limits::SMALL_TRACE_BYTES {
            break;
        }
    }
    if protobuf.0.len() <= limits::SMALL_TRACE_BYTES {
        return 0;
    }
    let mut json = Writer::default();
    let mut kept = 0;
    for span in spans.iter() {
        json::span(&mut json, span);
        json.raw(",");
        if json.len() > limits::TRACE_BYTES && kept > 0 {
            break;
        }
        kept += 1;
    }
    let left_out = spans.len() - kept;
    spans.truncate(kept);
    left_out
}
