//! The fields of an event's line, taken one by one by name and type.
//!
//! Lines are read into serde_json's own tree and not into derived types: what serde says of a value
//! of the wrong type quotes it, which may be a secret, and the code that says it is a tenth of the
//! component.

use serde_json::{Map, Value};

use crate::event::EventError;

/// The fields of one line, or of an object in it, that have not been taken yet.
pub struct Fields {
    fields: Map<String, Value>,
    /// Those of objects inside that nobody has taken.
    left_inside: u64,
}

type Taken<T> = Result<T, EventError>;

impl Fields {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`EventError::Malformed`] where it is no JSON object.
    pub fn parse(line: &str) -> Taken<Self> {
        match serde_json::from_str(line) {
            Ok(Value::Object(fields)) => Ok(Self::of(fields)),
            Ok(_) => Err(EventError::Malformed("not an object".to_owned())),
            // These errors say what was expected and where, and quote nothing.
            Err(error) => Err(EventError::Malformed(error.to_string())),
        }
    }

    const fn of(fields: Map<String, Value>) -> Self {
        Self {
            fields,
            left_inside: 0,
        }
    }

    /// How many fields nobody has taken.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.fields.len() as u64 + self.left_inside
    }

    /// Takes a field that must be there.
    ///
    /// # Errors
    ///
    /// Those of `take`, and [`EventError::Malformed`] where there is none.
    pub fn need<T>(
        &mut self,
        name: &str,
        take: fn(&mut Self, &str) -> Taken<Option<T>>,
    ) -> Taken<T> {
        take(self, name)?.ok_or_else(|| EventError::Malformed(format!("no {name}")))
    }

    /// Takes a field of any type; `null` is an absent field, here and everywhere.
    pub fn any(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    /// Takes a text.
    ///
    /// # Errors
    ///
    /// Here and below, [`EventError::Malformed`] where the field has another type.
    pub fn text(&mut self, name: &str) -> Taken<Option<String>> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "a text")),
        }
    }

    /// Takes a yes or no.
    pub fn flag(&mut self, name: &str) -> Taken<Option<bool>> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(wrong(name, "true or false")),
        }
    }

    /// Takes a number that counts something.
    pub fn number(&mut self, name: &str) -> Taken<Option<u64>> {
        let number = self.any(name);
        number
            .map(|value| value.as_u64().ok_or_else(|| wrong(name, "a whole number")))
            .transpose()
    }

    /// Takes a time, or another number that may be negative.
    pub fn time(&mut self, name: &str) -> Taken<Option<i64>> {
        let number = self.any(name);
        number
            .map(|value| value.as_i64().ok_or_else(|| wrong(name, "a whole number")))
            .transpose()
    }

    /// Takes an object as it is.
    pub fn object(&mut self, name: &str) -> Taken<Option<Map<String, Value>>> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(wrong(name, "an object")),
        }
    }

    /// Takes an object by its own fields.
    pub fn inner<T>(&mut self, name: &str, read: fn(&mut Self) -> Taken<T>) -> Taken<Option<T>> {
        let Some(object) = self.object(name)? else {
            return Ok(None);
        };
        let mut fields = Self::of(object);
        let read = read(&mut fields)?;
        self.left_inside += fields.left();
        Ok(Some(read))
    }

    /// Takes a list of objects, each by its own fields; no list is an empty one.
    pub fn each<T>(&mut self, name: &str, read: fn(&mut Self) -> Taken<T>) -> Taken<Vec<T>> {
        let mut all = Vec::new();
        for value in self.list(name)?.unwrap_or_default() {
            let Value::Object(object) = value else {
                return Err(wrong(name, "a list of objects"));
            };
            let mut fields = Self::of(object);
            all.push(read(&mut fields)?);
            self.left_inside += fields.left();
        }
        Ok(all)
    }

    /// Takes a list of texts; no list is an empty one.
    pub fn texts(&mut self, name: &str) -> Taken<Vec<String>> {
        let mut texts = Vec::new();
        for value in self.list(name)?.unwrap_or_default() {
            match value {
                Value::String(text) => texts.push(text),
                _ => return Err(wrong(name, "a list of texts")),
            }
        }
        Ok(texts)
    }

    /// Takes a list of pairs of numbers, each the first and the last of a range.
    pub fn ranges(&mut self, name: &str) -> Taken<Option<Vec<(u64, u64)>>> {
        let Some(values) = self.list(name)? else {
            return Ok(None);
        };
        let mut ranges = Vec::new();
        for value in values {
            match value.as_array().map(Vec::as_slice) {
                Some([first, last]) if first.is_u64() && last.is_u64() => ranges.push((
                    first.as_u64().unwrap_or_default(),
                    last.as_u64().unwrap_or_default(),
                )),
                _ => return Err(wrong(name, "a list of pairs of numbers")),
            }
        }
        Ok(Some(ranges))
    }

    fn list(&mut self, name: &str) -> Taken<Option<Vec<Value>>> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::Array(values)) => Ok(Some(values)),
            Some(_) => Err(wrong(name, "a list")),
        }
    }
}

fn wrong(name: &str, needed: &str) -> EventError {
    EventError::Malformed(format!("{name}: not {needed}"))
}
