//! The fields of an event's line, taken one by one by name and type.
//!
//! A field that an event needs makes the line malformed where it has another type. One that it can
//! do without is ignored then, and said. Neither quotes the value, which may be a secret.

use std::borrow::Cow;

use super::error::EventError;
use crate::json::{self, Json, Object};

/// A field that was ignored, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ignored {
    /// Its name.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Reads a value as a type, or says what it is not.
type ReadAs<'a, T> = fn(Json<'a>) -> Result<T, &'static str>;

/// The fields of one line, or of an object in it, that have not been taken yet.
pub struct Fields<'a> {
    fields: Object<'a>,
    taken: usize,
    /// Those of objects inside that nobody has taken.
    unknown_inside: u64,
    ignored: Vec<Ignored>,
}

impl<'a> Fields<'a> {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// [`EventError::Malformed`] where it is no JSON object.
    pub fn parse(line: &'a str) -> Result<Self, EventError> {
        match json::parse(line) {
            Ok(Json::Object(fields)) => Ok(Self::of(fields)),
            Ok(_) => Err(malformed("not an object", "")),
            Err(error) => Err(malformed("not JSON: ", &error.to_string())),
        }
    }

    const fn of(fields: Object<'a>) -> Self {
        Self {
            fields,
            taken: 0,
            unknown_inside: 0,
            ignored: Vec::new(),
        }
    }

    /// The names of the line's own fields that nobody has taken, behind that of its event.
    #[must_use]
    pub fn unknown_names(&self, event: &str) -> Vec<String> {
        let mut names = Vec::new();
        if self.fields.len() > self.taken {
            for (name, value) in &self.fields {
                // What was taken is null since then.
                if !matches!(value, Json::Null) {
                    names.push([event, ".", name].concat());
                }
            }
        }
        names
    }

    /// How many fields nobody has taken, and those that were ignored.
    #[must_use]
    pub fn rest(self) -> (u64, Vec<Ignored>) {
        let unknown = (self.fields.len() - self.taken) as u64 + self.unknown_inside;
        (unknown, self.ignored)
    }

    /// Takes a field that must be there.
    ///
    /// # Errors
    ///
    /// [`EventError::Malformed`] where there is none, or it has another type.
    pub fn need<T>(&mut self, name: &'static str, read: ReadAs<'a, T>) -> Result<T, EventError> {
        match self.any(name) {
            None => Err(malformed("no ", name)),
            Some(value) => read(value).map_err(|why| wrong(name, why)),
        }
    }

    /// Takes a field that may be there.
    pub fn optional<T>(&mut self, name: &'static str, read: ReadAs<'a, T>) -> Option<T> {
        read(self.any(name)?)
            .map_err(|why| self.ignore(name, why))
            .ok()
    }

    /// Takes a field of any type. Of two with the same name the later one counts; `null` is an
    /// absent field, here and everywhere.
    pub fn any(&mut self, name: &'static str) -> Option<Json<'a>> {
        let (_, value) = self.fields.iter_mut().rfind(|(known, _)| known == name)?;
        self.taken += 1;
        match std::mem::replace(value, Json::Null) {
            Json::Null => None,
            value => Some(value),
        }
    }

    /// Takes a list, and of it what can be read.
    pub fn each<T>(&mut self, name: &'static str, read: ReadAs<'a, T>) -> Vec<T> {
        let values = self.optional(name, list).unwrap_or_default();
        let mut all = Vec::new();
        for value in values {
            match read(value) {
                Ok(value) => all.push(value),
                Err(why) => self.ignore(name, why),
            }
        }
        all
    }

    /// Takes an object by its own fields; none where it lacks what it needs.
    pub fn inner<T>(
        &mut self,
        name: &'static str,
        read: fn(&mut Self) -> Result<T, &'static str>,
    ) -> Option<T> {
        let object = self.optional(name, object)?;
        self.read_inner(name, object, read)
    }

    /// Takes a list of objects, each by its own fields, and of them those that have what they need.
    pub fn each_inner<T>(
        &mut self,
        name: &'static str,
        read: fn(&mut Self) -> Result<T, &'static str>,
    ) -> Vec<T> {
        let objects = self.each(name, object).into_iter();
        let read = objects.filter_map(|object| self.read_inner(name, object, read));
        read.collect()
    }

    fn read_inner<T>(
        &mut self,
        name: &'static str,
        object: Object<'a>,
        read: fn(&mut Self) -> Result<T, &'static str>,
    ) -> Option<T> {
        let mut fields = Self::of(object);
        let read = read(&mut fields);
        let (unknown, ignored) = fields.rest();
        self.unknown_inside += unknown;
        self.ignored.extend(ignored);
        read.map_err(|why| self.ignore(name, why)).ok()
    }

    fn ignore(&mut self, field: &'static str, why: &'static str) {
        self.ignored.push(Ignored { field, why });
    }
}

#[cold]
#[inline(never)]
fn malformed(start: &str, end: &str) -> EventError {
    EventError::Malformed(format!("{start}{end}"))
}

#[cold]
#[inline(never)]
fn wrong(name: &str, why: &str) -> EventError {
    EventError::Malformed(format!("{name}: {why}"))
}

/// A text that is looked at and not kept.
pub fn word(value: Json<'_>) -> Result<Cow<'_, str>, &'static str> {
    match value {
        Json::Text(text) => Ok(text),
        _ => Err("not a text"),
    }
}

/// A text.
pub fn text(value: Json<'_>) -> Result<String, &'static str> {
    word(value).map(Cow::into_owned)
}

/// Yes or no.
pub fn flag(value: Json<'_>) -> Result<bool, &'static str> {
    match value {
        Json::Bool(flag) => Ok(flag),
        _ => Err("not true or false"),
    }
}

/// A number that counts something.
pub fn number(value: Json<'_>) -> Result<u64, &'static str> {
    let number = value.as_whole_number();
    number
        .and_then(|number| number.try_into().ok())
        .ok_or("not a whole number from 0 to 2^53-1")
}

/// A time, or another number that may be negative.
pub fn time(value: Json<'_>) -> Result<i64, &'static str> {
    value
        .as_whole_number()
        .ok_or("not a whole number between ±2^53")
}

/// An object as it is.
pub fn object(value: Json<'_>) -> Result<Object<'_>, &'static str> {
    match value {
        Json::Object(fields) => Ok(fields),
        _ => Err("not an object"),
    }
}

/// A list as it is.
pub fn list(value: Json<'_>) -> Result<Vec<Json<'_>>, &'static str> {
    match value {
        Json::List(values) => Ok(values),
        _ => Err("not a list"),
    }
}

/// Ranges of numbers, each a pair of its first and its last.
pub fn ranges(value: Json<'_>) -> Result<Vec<(u64, u64)>, &'static str> {
    let pair = |value| match <[Json<'_>; 2]>::try_from(list(value)?) {
        Ok([first, last]) => Ok((number(first)?, number(last)?)),
        Err(_) => Err("not a list of pairs of numbers"),
    };
    list(value)?.into_iter().map(pair).collect()
}
