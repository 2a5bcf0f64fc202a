//! JSON text, written piece by piece.

use super::scan;
use super::value::Json;

/// JSON text that grows.
///
/// Between the values of what every test has there is always the same text, which is written as it
/// stands.
///
/// ```
/// use collector::json::Writer;
///
/// let mut json = Writer::with_capacity(64);
/// json.raw(r#"{"name":"#).text("a \"b\"");
/// json.raw(r#","start_at":"#).seconds(1_250_000_000);
/// json.raw("}");
/// assert_eq!(json.into_string(), r#"{"name":"a \"b\"","start_at":1.25}"#);
/// ```
#[derive(Debug, Default)]
pub struct Writer(String);

impl Writer {
    /// No text yet, and room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    /// The text of a value.
    #[must_use]
    pub fn of(value: &Json<'_>) -> String {
        let mut json = Self::default();
        json.value(value);
        json.into_string()
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    /// The text so far.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How long the text is so far, in bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no text yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds JSON as it is.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.0.push_str(json);
        self
    }

    /// Adds a value. JSON as it was read is no deeper than its reader allows.
    pub fn value(&mut self, value: &Json<'_>) -> &mut Self {
        match value {
            Json::Null => self.raw("null"),
            Json::Bool(true) => self.raw("true"),
            Json::Bool(false) => self.raw("false"),
            Json::Whole(number) => self.number(*number),
            Json::Number(digits) => self.raw(digits),
            Json::Text(text) => self.text(text),
            Json::List(values) => self.list(values, |json, value| {
                json.value(value);
            }),
            Json::Object(fields) => self.object(fields, |json, (name, value)| {
                json.text(name).raw(":").value(value);
            }),
        }
    }

    /// Adds `[…]`, with what is written for each item.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.raw("[").separated(items, write).raw("]")
    }

    /// Adds `{…}`, with what is written for each field.
    pub fn object<T>(
        &mut self,
        fields: impl IntoIterator<Item = T>,
        write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.raw("{").separated(fields, write).raw("}")
    }

    fn separated<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            write(self, item);
        }
        self
    }

    /// Adds a text in quotation marks.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0.push('"');
        self.unquoted(text);
        self.0.push('"');
        self
    }

    /// Adds a text whose quotation marks are part of what comes before and after.
    pub fn unquoted(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some(place) = scan::special(rest.as_bytes()) {
            self.raw(&rest[..place]).escape(rest.as_bytes()[place]);
            rest = &rest[place + 1..];
        }
        self.raw(rest)
    }

    fn escape(&mut self, byte: u8) {
        let letter = match byte {
            b'"' | b'\\' => byte,
            0x8 => b'b',
            0x9 => b't',
            0xa => b'n',
            0xc => b'f',
            0xd => b'r',
            _ => {
                self.raw(r"\u00");
                for digit in [byte >> 4, byte & 15] {
                    self.0.extend(char::from_digit(u32::from(digit), 16));
                }
                return;
            }
        };
        self.0.push('\\');
        self.0.push(char::from(letter));
    }

    /// Adds a whole number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        let mut digits = [0; 20];
        let mut start = digits.len();
        let mut rest = number;
        while rest > 0 || start == digits.len() {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.ascii(&digits[start..])
    }

    /// Adds a whole number that may be negative.
    pub fn signed(&mut self, number: i64) -> &mut Self {
        if number < 0 {
            self.raw("-");
        }
        self.number(number.unsigned_abs())
    }

    /// Adds nanoseconds as seconds, with as many digits behind the point as it takes.
    pub fn seconds(&mut self, nanoseconds: i64) -> &mut Self {
        const SECOND: u64 = 1_000_000_000;
        if nanoseconds < 0 {
            self.raw("-");
        }
        let nanoseconds = nanoseconds.unsigned_abs();
        let mut digits = *b".000000000";
        let mut end = 2;
        let mut rest = (nanoseconds % SECOND) as u32;
        for place in (1..digits.len()).rev() {
            let digit = (rest % 10) as u8;
            rest /= 10;
            digits[place] += digit;
            if digit != 0 {
                end = end.max(place + 1);
            }
        }
        self.number(nanoseconds / SECOND);
        self.ascii(&digits[..end])
    }

    fn ascii(&mut self, digits: &[u8]) -> &mut Self {
        self.raw(str::from_utf8(digits).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seconds_are_what_the_nanoseconds_are() {
        for (nanoseconds, expected) in [
            (0, "0.0"),
            (1, "0.000000001"),
            (250, "0.00000025"),
            (999_999, "0.000999999"),
            (1_001_000, "0.001001"),
            (1_000_000_000, "1.0"),
            (12_345_679_000, "12.345679"),
            (-1_500_000_000, "-1.5"),
            (i64::MAX, "9223372036.854775807"),
            (i64::MIN, "-9223372036.854775808"),
        ] {
            let mut json = Writer::default();
            json.seconds(nanoseconds);
            assert_eq!(json.into_string(), expected);
        }
    }

    #[test]
    fn a_number_has_its_digits() {
        for number in [0, 1, 10, 4_200, u64::MAX] {
            let mut json = Writer::default();
            json.number(number);
            assert_eq!(json.into_string(), number.to_string());
        }
    }

    #[test]
    fn a_negative_number_has_its_sign() {
        for number in [0, 7, -7, i64::MIN, i64::MAX] {
            let mut json = Writer::default();
            json.signed(number);
            assert_eq!(json.into_string(), number.to_string());
        }
    }

    #[test]
    fn lists_and_objects_have_commas_between() {
        for text in [
            "[]",
            "[1]",
            "[1,[2],{}]",
            r#"{"a":1,"b":{"":null}}"#,
            "true",
        ] {
            assert_eq!(Writer::of(&crate::json::parse(text).unwrap()), text);
        }
    }

    #[test]
    fn every_character_is_escaped_as_serde_json_does() {
        for code in 0..=0x2030 {
            let text = format!("a{}b", char::from_u32(code).unwrap());
            let expected = serde_json::to_string(&text).unwrap();
            assert_eq!(Writer::of(&Json::Text(text.into())), expected);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_what_serde_json_makes_of_it(text in "(.|[\"\\\\\n\0]){0,20}") {
            let expected = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Writer::of(&Json::Text(text.into())), expected);
        }
    }
}
