//! The fields of an event's line, taken one by one by name and type.
//!
//! Lines are read into a tree that borrows from them, and not into derived types: what serde says
//! of a value of the wrong type quotes it, which may be a secret, and the code that says it is a
//! tenth of the component.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use super::error::EventError;
use crate::json::Found;

/// The fields of one line, or of an object in it, that have not been taken yet.
pub struct Fields<'a> {
    fields: Vec<(Cow<'a, str>, Found<'a>)>,
    /// Those of objects inside that nobody has taken.
    left_inside: u64,
}

type Taken<T> = Result<T, EventError>;

impl<'a> Fields<'a> {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`EventError::Malformed`] where it is no JSON object.
    pub fn parse(line: &'a str) -> Taken<Self> {
        match Found::parse(line).map_err(EventError::Malformed)? {
            Found::Object(fields) => Ok(Self::of(fields)),
            _ => Err(EventError::Malformed("not an object".to_owned())),
        }
    }

    const fn of(fields: Vec<(Cow<'a, str>, Found<'a>)>) -> Self {
        Self {
            fields,
            left_inside: 0,
        }
    }

    /// How many fields nobody has taken.
    #[must_use]
    pub fn left(&self) -> u64 {
        let left = self
            .fields
            .iter()
            .filter(|(_, found)| !matches!(found, Found::Taken));
        left.count() as u64 + self.left_inside
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

    /// Takes a field of any type.
    pub fn any(&mut self, name: &str) -> Option<Value> {
        self.take(name).map(Found::into_value)
    }

    /// Takes a text.
    ///
    /// # Errors
    ///
    /// Here and below, [`EventError::Malformed`] where the field has another type.
    pub fn text(&mut self, name: &str) -> Taken<Option<String>> {
        Ok(self.word(name)?.map(Cow::into_owned))
    }

    /// Takes a text that is looked at and not kept.
    pub fn word(&mut self, name: &str) -> Taken<Option<Cow<'a, str>>> {
        match self.take(name) {
            None => Ok(None),
            Some(Found::Text(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "a text")),
        }
    }

    /// Takes a yes or no.
    pub fn flag(&mut self, name: &str) -> Taken<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Found::Flag(flag)) => Ok(Some(flag)),
            Some(_) => Err(wrong(name, "true or false")),
        }
    }

    /// Takes a number that counts something.
    pub fn number(&mut self, name: &str) -> Taken<Option<u64>> {
        self.whole(name, Number::as_u64)
    }

    /// Takes a time, or another number that may be negative.
    pub fn time(&mut self, name: &str) -> Taken<Option<i64>> {
        self.whole(name, Number::as_i64)
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
        let object = match self.take(name) {
            None => return Ok(None),
            Some(Found::Object(object)) => object,
            Some(_) => return Err(wrong(name, "an object")),
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
            let Found::Object(object) = value else {
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
                Found::Text(text) => texts.push(text.into_owned()),
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
            let range = value.as_pair();
            ranges.push(range.ok_or_else(|| wrong(name, "a list of pairs of numbers"))?);
        }
        Ok(Some(ranges))
    }

    fn list(&mut self, name: &str) -> Taken<Option<Vec<Found<'a>>>> {
        match self.take(name) {
            None => Ok(None),
            Some(Found::List(values)) => Ok(Some(values)),
            Some(_) => Err(wrong(name, "a list")),
        }
    }

    fn whole<T>(&mut self, name: &str, read: fn(&Number) -> Option<T>) -> Taken<Option<T>> {
        let number = match self.take(name) {
            None => return Ok(None),
            Some(Found::Number(number)) => read(&number),
            Some(_) => None,
        };
        number
            .map(Some)
            .ok_or_else(|| wrong(name, "a whole number"))
    }

    /// Takes a field out. Of two with the same name the later one counts; `null` is an absent
    /// field, here and everywhere.
    fn take(&mut self, name: &str) -> Option<Found<'a>> {
        let (_, found) = self.fields.iter_mut().rfind(|(known, _)| known == name)?;
        match std::mem::replace(found, Found::Taken) {
            Found::Null | Found::Taken => None,
            found => Some(found),
        }
    }
}

fn wrong(name: &str, needed: &str) -> EventError {
    EventError::Malformed(format!("{name}: not {needed}"))
}
