//! The schemas in `wit`, as judges: of event lines, and of columns.

use std::fs;

use jsonschema::Validator;
use serde_json::Value;

use crate::repository;

/// A schema.
pub struct Schema {
    json: Value,
    validator: Validator,
}

impl Schema {
    /// That of an event line.
    ///
    /// # Panics
    ///
    /// Where it is no schema.
    #[must_use]
    pub fn load() -> Self {
        Self::of(read("events"))
    }

    /// Those of a page's columns and of a block of its details.
    ///
    /// # Panics
    ///
    /// Where it is no schema.
    #[must_use]
    pub fn of_page() -> [Self; 2] {
        let columns = read("columns");
        let details = columns["$defs"]["details"].clone();
        [columns, details].map(Self::of)
    }

    fn of(json: Value) -> Self {
        let validator = jsonschema::draft202012::new(&json).expect("it is a schema");
        Self { json, validator }
    }

    /// The schema itself.
    #[must_use]
    pub const fn json(&self) -> &Value {
        &self.json
    }

    /// Whether a line is JSON without a fault.
    #[must_use]
    pub fn allows(&self, line: &str) -> bool {
        serde_json::from_str(line).is_ok_and(|event| self.validator.is_valid(&event))
    }

    /// Whether the schema and the component must agree on a line. They need not where it holds
    ///
    /// - a negative number, which nobody should write: as a time the component reads it as 0;
    /// - half of a surrogate pair, which the component reads and `serde_json` does not.
    #[must_use]
    pub fn can_decide(line: &str) -> bool {
        match serde_json::from_str(line) {
            Ok(event) => !has_negative(&event),
            Err(_) => !line.contains(r"\ud"),
        }
    }
}

fn read(name: &str) -> Value {
    let file = repository(&format!("wit/{name}.schema.json"));
    let text = fs::read_to_string(file).expect("it is there");
    serde_json::from_str(&text).expect("it is JSON")
}

fn has_negative(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_none_or(|number| number < 0.0),
        Value::Array(values) => values.iter().any(has_negative),
        Value::Object(fields) => fields.values().any(has_negative),
        _ => false,
    }
}
