//! OTLP's messages as JSON (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>): ids are
//! hexadecimal, and whole numbers of 64 bits are texts. What is empty in protobuf is left out here as
//! well.

use super::message::{Event, KeyValue, Link, Span, Value};
use crate::json::Writer;

/// Adds a span.
pub fn span(json: &mut Writer, span: &Span) {
    json.raw("{");
    id(json, "\"traceId\":", &span.trace_id);
    id(json, ",\"spanId\":", &span.span_id);
    if let Some(parent) = &span.parent_span_id {
        id(json, ",\"parentSpanId\":", parent);
    }
    json.raw(",\"name\":").text(&span.name);
    json.raw(",\"kind\":").number(u64::from(span.kind));
    quoted(json, ",\"startTimeUnixNano\":", span.start);
    quoted(json, ",\"endTimeUnixNano\":", span.end);
    attributes(json, ",\"attributes\":", &span.attributes);
    dropped(
        json,
        ",\"droppedAttributesCount\":",
        span.dropped_attributes,
    );
    if !span.events.is_empty() {
        json.raw(",\"events\":").list(&span.events, event);
    }
    dropped(json, ",\"droppedEventsCount\":", span.dropped_events);
    if !span.links.is_empty() {
        json.raw(",\"links\":").list(&span.links, link);
    }
    if let Some(status) = &span.status {
        json.raw(",\"status\":{\"message\":").text(&status.message);
        json.raw(",\"code\":")
            .number(u64::from(status.code))
            .raw("}");
    }
    json.raw(",\"flags\":")
        .number(u64::from(span.flags))
        .raw("}");
}

/// Adds a field with attributes, where there are any.
pub fn attributes(json: &mut Writer, name: &str, attributes: &[KeyValue]) {
    if attributes.is_empty() {
        return;
    }
    json.raw(name).list(attributes, |json, attribute| {
        json.raw("{\"key\":")
            .text(&attribute.key)
            .raw(",\"value\":{");
        match &attribute.value {
            Value::Text(text) => json.raw("\"stringValue\":").text(text),
            Value::Bool(true) => json.raw("\"boolValue\":true"),
            Value::Bool(false) => json.raw("\"boolValue\":false"),
            Value::Whole(number) => json.raw("\"intValue\":\"").signed(*number).raw("\""),
        };
        json.raw("}}");
    });
}

fn event(json: &mut Writer, event: &Event) {
    quoted(json, "{\"timeUnixNano\":", event.time);
    json.raw(",\"name\":").text(event.name);
    attributes(json, ",\"attributes\":", &event.attributes);
    json.raw("}");
}

fn link(json: &mut Writer, link: &Link) {
    id(json, "{\"traceId\":", &link.trace_id);
    id(json, ",\"spanId\":", &link.span_id);
    if !link.trace_state.is_empty() {
        json.raw(",\"traceState\":").text(&link.trace_state);
    }
    json.raw(",\"flags\":")
        .number(u64::from(link.flags))
        .raw("}");
}

fn id(json: &mut Writer, name: &str, bytes: &[u8]) {
    const DIGITS: &str = "0123456789abcdef";
    json.raw(name).raw("\"");
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            let place = usize::from(digit);
            json.raw(&DIGITS[place..=place]);
        }
    }
    json.raw("\"");
}

fn quoted(json: &mut Writer, name: &str, number: u64) {
    json.raw(name).raw("\"").number(number).raw("\"");
}

fn dropped(json: &mut Writer, name: &str, count: u32) {
    if count > 0 {
        json.raw(name).number(u64::from(count));
    }
}
