//! The messages of OTLP, as far as a trace of ours needs them
//! (<https://github.com/open-telemetry/opentelemetry-proto/blob/v1.8.0/opentelemetry/proto/trace/v1/trace.proto>).

/// What kind of work a span is: inside this process.
pub const INTERNAL: u8 = 1;

/// What kind of work a span is: a request to somebody else.
pub const CLIENT: u8 = 3;

/// The code of a status: an error.
pub const ERROR: u8 = 2;

/// Flags of a span or a link: sampled, and it is known that what it refers to is of this process.
pub const LOCAL: u32 = 0x101;

/// Flags of a link beside those of W3C: the other span is of another process.
pub const REMOTE: u32 = 0x300;

/// Who the spans are of.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// What is known of it.
    pub attributes: Vec<KeyValue>,
}

/// The library that has recorded the spans.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A span.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace that it is in.
    pub trace_id: [u8; 16],
    /// Its own id, which no other of the trace has.
    pub span_id: [u8; 8],
    /// The span that it is in; none for the root.
    pub parent_span_id: Option<[u8; 8]>,
    /// What people see of it first.
    pub name: String,
    /// [`INTERNAL`] or [`CLIENT`].
    pub kind: u8,
    /// Nanoseconds since 1970.
    pub start: u64,
    /// Never before the start.
    pub end: u64,
    /// What is known of it.
    pub attributes: Vec<KeyValue>,
    /// How many attributes were left out.
    pub dropped_attributes: u32,
    /// What happened in it.
    pub events: Vec<Event>,
    /// How many events were left out.
    pub dropped_events: u32,
    /// Spans of other traces.
    pub links: Vec<Link>,
    /// How it ended, where that is an error.
    pub status: Option<Status>,
    /// [`LOCAL`].
    pub flags: u32,
}

/// Something that happened in a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Nanoseconds since 1970.
    pub time: u64,
    /// What.
    pub name: &'static str,
    /// What is known of it.
    pub attributes: Vec<KeyValue>,
}

/// A span of another trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its trace.
    pub trace_id: [u8; 16],
    /// It itself.
    pub span_id: [u8; 8],
    /// What vendors say of its trace.
    pub trace_state: String,
    /// [`LOCAL`], or [`REMOTE`] with the flags of W3C.
    pub flags: u32,
}

/// How a span ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Why.
    pub message: String,
    /// [`ERROR`].
    pub code: u8,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyValue {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: Value,
}

/// What the value of an attribute is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Whole(i64),
}

impl KeyValue {
    /// An attribute.
    #[must_use]
    pub fn new(key: &str, value: Value) -> Self {
        Self {
            key: key.to_owned(),
            value,
        }
    }
}
