//! OTLP's messages as protobuf (<https://protobuf.dev/programming-guides/encoding/>). What is empty is
//! left out. The library for it, `prost`, costs the component 20 KB more than this.

use super::message::{Event, KeyValue, Link, Resource, Scope, Span, Status, Value};

/// The number and the wire type of a field, in one.
const fn key(field: u8, wire: u8) -> u64 {
    (field as u64) << 3 | wire as u64
}

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const LENGTH: u8 = 2;
const FIXED32: u8 = 5;

/// The bytes of messages.
#[derive(Debug, Default)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Adds a field that is bytes, a text, or a message already written.
    pub fn bytes(&mut self, field: u8, bytes: &[u8]) {
        self.varint(key(field, LENGTH));
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, field: u8, text: &str) {
        if !text.is_empty() {
            self.bytes(field, text.as_bytes());
        }
    }

    fn number(&mut self, field: u8, number: u64) {
        if number != 0 {
            self.varint(key(field, VARINT));
            self.varint(number);
        }
    }

    fn fixed64(&mut self, field: u8, number: u64) {
        if number != 0 {
            self.varint(key(field, FIXED64));
            self.0.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn fixed32(&mut self, field: u8, number: u32) {
        if number != 0 {
            self.varint(key(field, FIXED32));
            self.0.extend_from_slice(&number.to_le_bytes());
        }
    }

    /// Adds a message, written by a function.
    fn message<T>(&mut self, field: u8, message: &T, write: fn(&mut Self, &T)) {
        let mut inner = Self::default();
        write(&mut inner, message);
        self.bytes(field, &inner.0);
    }

    fn attributes(&mut self, field: u8, attributes: &[KeyValue]) {
        for attribute in attributes {
            self.message(field, attribute, |bytes, attribute| {
                bytes.text(1, &attribute.key);
                bytes.message(2, &attribute.value, Self::value);
            });
        }
    }

    /// Of several kinds one is there, also where it is empty.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.bytes(1, text.as_bytes()),
            Value::Bool(is) => {
                self.varint(key(2, VARINT));
                self.varint(u64::from(*is));
            }
            Value::Whole(number) => {
                self.varint(key(3, VARINT));
                self.varint(number.cast_unsigned());
            }
        }
    }

    /// Adds a resource.
    pub fn resource(&mut self, field: u8, resource: &Resource) {
        self.message(field, resource, |bytes, resource| {
            bytes.attributes(1, &resource.attributes);
        });
    }

    /// Adds who recorded.
    pub fn scope(&mut self, field: u8, scope: &Scope) {
        self.message(field, scope, |bytes, scope| {
            bytes.text(1, &scope.name);
            bytes.text(2, &scope.version);
        });
    }

    /// Adds a span.
    pub fn span(&mut self, field: u8, span: &Span) {
        self.message(field, span, |bytes, span| {
            bytes.bytes(1, &span.trace_id);
            bytes.bytes(2, &span.span_id);
            if let Some(parent) = &span.parent_span_id {
                bytes.bytes(4, parent);
            }
            bytes.text(5, &span.name);
            bytes.number(6, u64::from(span.kind));
            bytes.fixed64(7, span.start);
            bytes.fixed64(8, span.end);
            bytes.attributes(9, &span.attributes);
            bytes.number(10, u64::from(span.dropped_attributes));
            for event in &span.events {
                bytes.event(11, event);
            }
            bytes.number(12, u64::from(span.dropped_events));
            for link in &span.links {
                bytes.message(13, link, Self::link);
            }
            if let Some(status) = &span.status {
                bytes.message(15, status, Self::status);
            }
            bytes.varint(key(16, FIXED32));
            bytes.0.extend_from_slice(&span.flags.to_le_bytes());
        });
    }

    /// Adds an event.
    pub fn event(&mut self, field: u8, event: &Event) {
        self.message(field, event, |bytes, event| {
            bytes.fixed64(1, event.time);
            bytes.text(2, event.name);
            bytes.attributes(3, &event.attributes);
        });
    }

    fn link(&mut self, link: &Link) {
        self.bytes(1, &link.trace_id);
        self.bytes(2, &link.span_id);
        self.text(3, &link.trace_state);
        self.fixed32(6, link.flags);
    }

    fn status(&mut self, status: &Status) {
        self.text(2, &status.message);
        self.number(3, u64::from(status.code));
    }
}
