//! `wit/events.schema.json`, as a judge of lines.

use std::fs;

use jsonschema::Validator;
use serde_json::{Number, Value};

use crate::repository;

/// The largest integer that every JSON reader keeps whole.
const LARGEST: u64 = (1 << 53) - 1;

/// The schema of an event line.
pub struct Schema {
    json: Value,
    validator: Validator,
}

impl Schema {
    /// Reads it.
    ///
    /// # Panics
    ///
    /// Where it is no schema.
    #[must_use]
    pub fn load() -> Self {
        let file = repository("wit/events.schema.json");
        let text = fs::read_to_string(file).expect("it is there");
        let json: Value = serde_json::from_str(&text).expect("it is JSON");
        let validator = jsonschema::draft202012::new(&json).expect("it is a schema");
        Self { json, validator }
    }

    /// The schema itself.
    #[must_use]
    pub const fn json(&self) -> &Value {
        &self.json
    }

    /// Whether a line is an event.
    #[must_use]
    pub fn allows(&self, line: &str) -> bool {
        serde_json::from_str(line).is_ok_and(|event| self.validator.is_valid(&event))
    }

    /// Whether the schema and the component must agree on a line. They need not where it holds
    ///
    /// - an integer below 0 or above 2^53-1: nobody should write it, but the component reads all
    ///   64 bits;
    /// - a `1.0`: to a schema that is an integer.
    #[must_use]
    pub fn can_decide(line: &str) -> bool {
        serde_json::from_str(line).map_or(true, |event: Value| numbers_are_plain(&event))
    }
}

fn numbers_are_plain(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_plain(number),
        Value::Array(values) => values.iter().all(numbers_are_plain),
        Value::Object(fields) => fields.values().all(numbers_are_plain),
        _ => true,
    }
}

fn is_plain(number: &Number) -> bool {
    match (number.as_u64(), number.as_f64()) {
        (Some(integer), _) => integer <= LARGEST,
        (None, Some(float)) => float.fract() != 0.0,
        (None, None) => false,
    }
}
