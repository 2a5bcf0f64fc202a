//! JSON as it stands in a line, borrowed from it: a text without escapes is copied once it is known
//! to be kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A JSON value whose texts are borrowed where they hold no escapes.
pub enum Found<'a> {
    /// None any more.
    Taken,
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Found<'a>>),
    /// An object, with all that it holds in its order, names that come twice too.
    Object(Vec<(Cow<'a, str>, Found<'a>)>),
}

impl<'a> Found<'a> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Where it is no JSON: what was expected and where, without quoting it.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// Its two numbers, where it is a list of two that count something.
    #[must_use]
    pub fn as_pair(&self) -> Option<(u64, u64)> {
        let Self::List(values) = self else {
            return None;
        };
        let [Self::Number(first), Self::Number(last)] = values.as_slice() else {
            return None;
        };
        Some((first.as_u64()?, last.as_u64()?))
    }

    /// The same, borrowing nothing. JSON as it was read is at most 128 deep.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Self::Taken | Self::Null => Value::Null,
            Self::Flag(flag) => Value::Bool(flag),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::String(text.into_owned()),
            Self::List(values) => values.into_iter().map(Self::into_value).collect(),
            Self::Object(fields) => {
                // One by one: to collect them would bring a sort of their own with it.
                let mut object = Map::new();
                for (name, value) in fields {
                    object.insert(name.into_owned(), value.into_value());
                }
                Value::Object(object)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Found<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Found<'de>, E> {
        Ok(Found::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Found<'de>, E> {
        Ok(Found::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Found<'de>, E> {
        Ok(Found::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Found<'de>, E> {
        Ok(Found::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Found<'de>, E> {
        Ok(Number::from_f64(number).map_or(Found::Null, Found::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Found<'de>, E> {
        Ok(Found::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Found<'de>, E> {
        Ok(Found::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Found::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Found<'de>, A::Error> {
        // As many as most events have.
        let mut fields = Vec::with_capacity(8);
        while let Some(name) = object.next_key()? {
            if let Found::Text(name) = name {
                fields.push((name, object.next_value()?));
            }
        }
        Ok(Found::Object(fields))
    }
}
