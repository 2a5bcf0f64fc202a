//! The vocabulary: what one line of a run's events says.
//!
//! `wit/events.schema.json` describes the same lines for those who write them. A field that this
//! version does not know is passed over and counted; a known field of the wrong type makes the
//! line malformed.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::identity::RunId;
use crate::text::scrubbed;

/// The format of the events that this version reads, as `run-started` states it.
pub const FORMAT: u32 = 1;

/// One event of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The run begins. The first event of every run.
    RunStarted(Box<RunStarted>),
    /// A test begins.
    TestStarted(TestStarted),
    /// Something inside a test took time.
    Span(Span),
    /// A key and a value for one execution, or for the whole upload.
    Tag(Tag),
    /// A part of a test is over.
    Phase(Phase),
    /// A test is over.
    TestFinished(TestFinished),
    /// The server has accepted these executions.
    Uploaded(Uploaded),
    /// The run is over, in order.
    RunFinished(RunFinished),
    /// An event of a later version, by its name.
    Unknown(String),
}

impl Event {
    /// The event's name in a line.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::RunStarted(_) => RUN_STARTED,
            Self::TestStarted(_) => TEST_STARTED,
            Self::Span(_) => SPAN,
            Self::Tag(_) => TAG,
            Self::Phase(_) => PHASE,
            Self::TestFinished(_) => TEST_FINISHED,
            Self::Uploaded(_) => UPLOADED,
            Self::RunFinished(_) => RUN_FINISHED,
            Self::Unknown(name) => name,
        }
    }
}

/// The run begins: who runs it, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct RunStarted {
    /// A random UUID of the host's making: the run's key where the CI system gives none, and what
    /// the ids of its executions are derived from.
    pub id: RunId,
    /// Those of the environment variables asked for that are set. What is no text counts as unset.
    pub environment: Map<String, Value>,
    /// The library that sends the results.
    pub collector: Option<Tool>,
    /// The test runner.
    pub runner: Option<Tool>,
    /// The programming language of the tests.
    pub language: Option<Tool>,
}

/// Something with a name and a version.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Tool {
    /// Its name, lower case: `pytest`.
    pub name: String,
    /// Its version: `9.2.0`.
    pub version: Option<String>,
}

/// A test begins.
#[derive(Debug, Clone, PartialEq)]
pub struct TestStarted {
    /// The execution's number, greater than all before it in the run.
    pub execution: u64,
    /// The group that the test belongs to. Scope and name identify a test across runs.
    pub scope: String,
    /// The test's name.
    pub name: String,
    /// The file that holds the test.
    pub file: Option<String>,
    /// The test's line in that file, counted from 1.
    pub line: Option<u64>,
    /// When, in nanoseconds since the run started.
    pub time: i64,
}

/// Something inside a test took time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Span {
    /// The execution's number.
    pub execution: u64,
    /// `http`, `sql`, `sleep` or `annotation`.
    pub section: String,
    /// When it began, in nanoseconds since the run started.
    pub start: Option<i64>,
    /// When it ended.
    pub end: Option<i64>,
    /// How long it took, in nanoseconds; where absent, from start to end.
    pub duration: Option<i64>,
    /// What it did. Usually an object; anything else is mended.
    pub detail: Option<Value>,
    /// A number for this span, unique in its execution, for children to name.
    pub id: Option<u64>,
    /// The span that this one happened in.
    pub parent: Option<u64>,
}

/// A key and a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// The execution's number; none for the whole upload.
    pub execution: Option<u64>,
    /// The key. Anything but a string is reported and dropped.
    pub key: Option<Value>,
    /// The value. Anything but a string is reported and dropped.
    pub value: Option<Value>,
}

/// A part of a test is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// The execution's number.
    pub execution: u64,
    /// `setup`, `call`, `teardown`, `subtest`, `collect` or `crash`.
    pub when: String,
    /// `passed`, `failed`, `skipped`, or a word of the runner's own.
    pub outcome: String,
    /// When it began, in nanoseconds since the run started.
    pub start: Option<i64>,
    /// When it ended.
    pub end: Option<i64>,
    /// Why it did not pass.
    pub failures: Vec<Failure>,
}

/// One reason why a phase did not pass.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// A short summary.
    pub reason: Option<String>,
    /// What a person reads, line by line.
    pub expanded: Vec<String>,
    /// Where it happened, innermost last, an entry a line.
    pub backtrace: Vec<String>,
}

impl Failure {
    /// Takes terminal codes out of its texts.
    pub fn scrub(&mut self) {
        let texts = self
            .reason
            .iter_mut()
            .chain(&mut self.expanded)
            .chain(&mut self.backtrace);
        for text in texts {
            *text = scrubbed(std::mem::take(text));
        }
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        Self {
            reason: Some(reason.to_owned()),
            ..Self::default()
        }
    }
}

/// A test is over.
#[derive(Debug, Clone, PartialEq)]
pub struct TestFinished {
    /// The execution's number.
    pub execution: u64,
    /// When, in nanoseconds since the run started.
    pub time: i64,
}

/// The server has accepted these executions.
#[derive(Debug, Clone, PartialEq)]
pub struct Uploaded {
    /// Ranges of execution numbers, both ends included.
    pub executions: Vec<(u64, u64)>,
}

/// The run is over, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFinished {
    /// When, in nanoseconds since the run started.
    pub time: i64,
    /// The runner's exit status.
    pub status: Option<i64>,
}

/// A line's event, and how much of the line was not understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The event.
    pub event: Event,
    /// Fields that this version does not know.
    pub unknown_fields: u64,
}

/// Why a line is not an event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventError {
    /// Not a JSON object, or a field is missing or of the wrong type.
    Malformed(String),
    /// A `run-started` of this other format.
    UnsupportedFormat(u32),
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "not an event: {why}"),
            Self::UnsupportedFormat(format) => {
                write!(f, "format {format} is not {FORMAT}")
            }
        }
    }
}

impl std::error::Error for EventError {}

/// Reads one line.
///
/// # Errors
///
/// [`EventError::Malformed`] and [`EventError::UnsupportedFormat`].
///
/// ```
/// use collector::event::{Event, parse};
///
/// let line = r#"{"event":"test-finished","execution":7,"time":1200,"colour":"red"}"#;
/// let parsed = parse(line).unwrap();
/// assert!(matches!(parsed.event, Event::TestFinished(test) if test.execution == 7));
/// assert_eq!(parsed.unknown_fields, 1);
/// ```
pub fn parse(line: &str) -> Result<Parsed, EventError> {
    match serde_json::from_str::<Fields>(line) {
        Ok(fields) => fields.into_event(),
        // A later version may give a known field another type, in an event of its own.
        Err(error) => match serde_json::from_str::<Object<Named>>(line) {
            Ok(Object(Named { event, .. })) if !KNOWN.contains(&event.as_str()) => Ok(Parsed {
                event: Event::Unknown(event),
                unknown_fields: 0,
            }),
            Ok(Object(Named {
                format: Some(format),
                ..
            })) if format != FORMAT => Err(EventError::UnsupportedFormat(format)),
            // What serde says of a text where the object should be quotes the text.
            _ if !line.trim_ascii_start().starts_with('{') => {
                Err(EventError::Malformed("not an object".to_owned()))
            }
            _ => Err(EventError::Malformed(error.to_string())),
        },
    }
}

const RUN_STARTED: &str = "run-started";
const TEST_STARTED: &str = "test-started";
const SPAN: &str = "span";
const TAG: &str = "tag";
const PHASE: &str = "phase";
const TEST_FINISHED: &str = "test-finished";
const UPLOADED: &str = "uploaded";
const RUN_FINISHED: &str = "run-finished";

const KNOWN: [&str; 8] = [
    RUN_STARTED,
    TEST_STARTED,
    SPAN,
    TAG,
    PHASE,
    TEST_FINISHED,
    UPLOADED,
    RUN_FINISHED,
];

/// The field that every event has, and the one that says how to read the rest.
#[derive(Deserialize)]
struct Named {
    event: String,
    format: Option<u32>,
}

/// The keys of all events together, written as they stand in a line.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum FieldName {
    Event,
    Execution,
    Time,
    Scope,
    Name,
    File,
    Line,
    When,
    Outcome,
    Start,
    End,
    Failures,
    Section,
    Duration,
    Detail,
    Id,
    Parent,
    Key,
    Value,
    Executions,
    Status,
    Format,
    UnixTimeMs,
    Environment,
    Settings,
    Collector,
    Runner,
    Language,
    #[serde(other)]
    Unknown,
}

/// The fields of all events together. One flat object a line keeps reading fast and the component
/// small: a tagged enum would first copy every line into a tree.
#[derive(Default)]
struct Fields {
    event: Option<String>,
    execution: Option<u64>,
    time: Option<i64>,
    scope: Option<String>,
    name: Option<String>,
    file: Option<String>,
    line: Option<u64>,
    when: Option<String>,
    outcome: Option<String>,
    start: Option<i64>,
    end: Option<i64>,
    failures: Option<Vec<Object<Failure>>>,
    section: Option<String>,
    duration: Option<i64>,
    detail: Option<Value>,
    /// A number for a span, a text for a run.
    id: Option<Value>,
    parent: Option<u64>,
    key: Option<Value>,
    value: Option<Value>,
    executions: Option<Vec<(u64, u64)>>,
    status: Option<i64>,
    format: Option<u32>,
    environment: Option<Map<String, Value>>,
    settings: Option<Map<String, Value>>,
    collector: Option<Object<Tool>>,
    runner: Option<Object<Tool>>,
    language: Option<Object<Tool>>,
    unknown: u64,
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some(name) = map.next_key::<FieldName>()? {
                    let map = &mut map;
                    match name {
                        FieldName::Event => read(map, "event", &mut fields.event)?,
                        FieldName::Execution => read(map, "execution", &mut fields.execution)?,
                        FieldName::Time => read(map, "time", &mut fields.time)?,
                        FieldName::Scope => read(map, "scope", &mut fields.scope)?,
                        FieldName::Name => read(map, "name", &mut fields.name)?,
                        FieldName::File => read(map, "file", &mut fields.file)?,
                        FieldName::Line => read(map, "line", &mut fields.line)?,
                        FieldName::When => read(map, "when", &mut fields.when)?,
                        FieldName::Outcome => read(map, "outcome", &mut fields.outcome)?,
                        FieldName::Start => read(map, "start", &mut fields.start)?,
                        FieldName::End => read(map, "end", &mut fields.end)?,
                        FieldName::Failures => read(map, "failures", &mut fields.failures)?,
                        FieldName::Section => read(map, "section", &mut fields.section)?,
                        FieldName::Duration => read(map, "duration", &mut fields.duration)?,
                        FieldName::Detail => read(map, "detail", &mut fields.detail)?,
                        FieldName::Id => read(map, "id", &mut fields.id)?,
                        FieldName::Parent => read(map, "parent", &mut fields.parent)?,
                        FieldName::Key => read(map, "key", &mut fields.key)?,
                        FieldName::Value => read(map, "value", &mut fields.value)?,
                        FieldName::Executions => read(map, "executions", &mut fields.executions)?,
                        FieldName::Status => read(map, "status", &mut fields.status)?,
                        FieldName::Format => read(map, "format", &mut fields.format)?,
                        // For people who read a journal; nothing is computed from it.
                        FieldName::UnixTimeMs => read(map, "unix_time_ms", &mut None::<u64>)?,
                        FieldName::Environment => {
                            read(map, "environment", &mut fields.environment)?
                        }
                        FieldName::Settings => read(map, "settings", &mut fields.settings)?,
                        FieldName::Collector => read(map, "collector", &mut fields.collector)?,
                        FieldName::Runner => read(map, "runner", &mut fields.runner)?,
                        FieldName::Language => read(map, "language", &mut fields.language)?,
                        FieldName::Unknown => {
                            map.next_value::<IgnoredAny>()?;
                            fields.unknown += 1;
                        }
                    }
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// Reads a field's value into its place; `null` is an absent field, an error names the field.
fn read<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    name: &'static str,
    place: &mut Option<T>,
) -> Result<(), A::Error> {
    struct Named<'a, T> {
        name: &'static str,
        place: &'a mut Option<T>,
    }

    impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Named<'_, T> {
        type Value = ();

        fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
            // What serde says of a value quotes it, and it may be a secret, or very long.
            *self.place = Option::<T>::deserialize(deserializer).map_err(|_| {
                de::Error::custom(format_args!("{}: broken, or of the wrong type", self.name))
            })?;
            Ok(())
        }
    }

    map.next_value_seed(Named { name, place })
}

/// An object, and nothing else: what serde derives for a struct reads an array as well.
struct Object<T>(T);

impl<T> Object<T> {
    fn into_inner(self) -> T {
        self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

impl Fields {
    fn into_event(self) -> Result<Parsed, EventError> {
        let name = required(self.event, "event")?;
        let unknown_fields = self.unknown + self.settings.map_or(0, |map| map.len() as u64);
        let event = match name.as_str() {
            RUN_STARTED => {
                let format = required(self.format, "format")?;
                if format != FORMAT {
                    return Err(EventError::UnsupportedFormat(format));
                }
                let id = required(self.id, "id")?;
                Event::RunStarted(Box::new(RunStarted {
                    id: id
                        .as_str()
                        .and_then(RunId::parse)
                        .ok_or_else(|| EventError::Malformed("id: not a UUID".into()))?,
                    environment: self.environment.unwrap_or_default(),
                    collector: self.collector.map(Object::into_inner),
                    runner: self.runner.map(Object::into_inner),
                    language: self.language.map(Object::into_inner),
                }))
            }
            TEST_STARTED => Event::TestStarted(TestStarted {
                execution: required(self.execution, "execution")?,
                scope: self.scope.unwrap_or_default(),
                name: required(self.name, "name")?,
                file: self.file,
                line: self.line,
                time: required(self.time, "time")?,
            }),
            SPAN => Event::Span(Span {
                execution: required(self.execution, "execution")?,
                section: required(self.section, "section")?,
                start: self.start,
                end: self.end,
                duration: self.duration,
                detail: self.detail,
                id: match self.id {
                    None => None,
                    Some(id) => Some(
                        id.as_u64()
                            .ok_or_else(|| EventError::Malformed("id: not a number".into()))?,
                    ),
                },
                parent: self.parent,
            }),
            TAG => Event::Tag(Tag {
                execution: self.execution,
                key: self.key,
                value: self.value,
            }),
            PHASE => Event::Phase(Phase {
                execution: required(self.execution, "execution")?,
                when: required(self.when, "when")?,
                outcome: required(self.outcome, "outcome")?,
                start: self.start,
                end: self.end,
                failures: self
                    .failures
                    .into_iter()
                    .flatten()
                    .map(Object::into_inner)
                    .collect(),
            }),
            TEST_FINISHED => Event::TestFinished(TestFinished {
                execution: required(self.execution, "execution")?,
                time: required(self.time, "time")?,
            }),
            UPLOADED => Event::Uploaded(Uploaded {
                executions: required(self.executions, "executions")?,
            }),
            RUN_FINISHED => Event::RunFinished(RunFinished {
                time: required(self.time, "time")?,
                status: self.status,
            }),
            _ => Event::Unknown(name),
        };
        Ok(Parsed {
            event,
            unknown_fields,
        })
    }
}

fn required<T>(field: Option<T>, name: &str) -> Result<T, EventError> {
    field.ok_or_else(|| EventError::Malformed(format!("no {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn malformed(line: &str) -> String {
        match parse(line) {
            Err(EventError::Malformed(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_malformed_line_names_the_field() {
        assert_eq!(malformed(r#"{"execution":1}"#), "no event");
        assert_eq!(malformed(r#"{"event":"test-started"}"#), "no execution");
        let why = malformed(r#"{"event":"phase","execution":"one"}"#);
        assert!(
            why.starts_with("execution: broken, or of the wrong type"),
            "{why}"
        );
    }

    #[test]
    fn what_is_not_an_object_is_malformed() {
        for line in [
            "",
            "1",
            "[]",
            "nonsense",
            "{",
            "null",
            "\"event\"",
            r#"["coverage"]"#,
        ] {
            malformed(line);
        }
    }

    #[test]
    fn numbers_that_json_readers_disagree_on_are_malformed() {
        for time in ["NaN", "1e999", "1.5", "99999999999999999999"] {
            malformed(&format!(
                r#"{{"event":"run-finished","time":{time},"status":0}}"#
            ));
        }
    }

    #[test]
    fn an_event_of_a_later_version_is_unknown_whatever_its_fields() {
        let parsed = parse(r#"{"event":"coverage","execution":"all","time":{}}"#).unwrap();
        assert_eq!(parsed.event, Event::Unknown("coverage".into()));
    }

    #[test]
    fn an_array_is_no_object() {
        let phase = r#"{"event":"phase","execution":1,"when":"call","outcome":"failed""#;
        malformed(&format!(r#"{phase},"failures":[["reason"]]}}"#));
        let run = r#"{"event":"run-finished","time":1"#;
        malformed(&format!(r#"{run},"runner":["pytest","9.2.0"]}}"#));
    }

    #[test]
    fn null_is_an_absent_field() {
        let parsed = parse(r#"{"event":"run-finished","time":5,"status":null}"#).unwrap();
        assert!(matches!(parsed.event, Event::RunFinished(run) if run.status.is_none()));
    }

    #[test]
    fn a_later_format_is_refused_by_its_number() {
        let line =
            r#"{"event":"run-started","format":2,"id":"5e2b1c1e-0000-4000-8000-000000000000"}"#;
        assert_eq!(parse(line), Err(EventError::UnsupportedFormat(2)));
    }
}
