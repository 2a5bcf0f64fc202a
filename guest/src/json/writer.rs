//! Values to JSON text, in one place: a second way to write costs the component kilobytes.

use serde::Serialize;

/// A value as JSON. Only maps whose keys are no texts fail, and there are none here.
pub fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// JSON text that is put together piece by piece.
///
/// For what every test has: between its values there is always the same text, which serde would
/// write a quotation mark at a time.
///
/// ```
/// use collector::json::Pieces;
///
/// let mut json = Pieces::with_capacity(64);
/// json.raw(r#"{"name":""#).text("a \"b\"");
/// json.raw(r#"","start_at":"#).seconds(1_250_000_000);
/// json.raw("}");
/// assert_eq!(json.into_string(), r#"{"name":"a \"b\"","start_at":1.25}"#);
/// ```
pub struct Pieces(Vec<u8>);

impl Pieces {
    /// No text yet, and room for so many bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        // Only texts and digits went in.
        String::from_utf8(self.0).unwrap_or_default()
    }

    /// Adds JSON as it is.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.0.extend_from_slice(json.as_bytes());
        self
    }

    /// Adds a value of any kind.
    pub fn value<T: Serialize>(&mut self, value: &T) -> &mut Self {
        self.raw(&json(value))
    }

    /// Adds a text; the quotation marks around it are part of what comes before and after.
    pub fn text(&mut self, text: &str) -> &mut Self {
        let is_plain = |byte| !matches!(byte, 0..0x20 | b'"' | b'\\');
        if text.bytes().all(is_plain) {
            return self.raw(text);
        }
        let quoted = json(&text);
        self.raw(&quoted[1..quoted.len() - 1])
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
        self.0.extend_from_slice(&digits[start..]);
        self
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
        self.0.extend_from_slice(&digits[..end]);
        self
    }
}

#[cfg(test)]
mod tests {
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
            let mut json = Pieces::with_capacity(0);
            json.seconds(nanoseconds);
            assert_eq!(json.into_string(), expected);
        }
    }

    #[test]
    fn a_number_has_its_digits() {
        for number in [0, 1, 10, 4_200, u64::MAX] {
            let mut json = Pieces::with_capacity(0);
            json.number(number);
            assert_eq!(json.into_string(), number.to_string());
        }
    }

    #[test]
    fn every_text_is_what_serde_makes_of_it() {
        for text in [
            "",
            "plain",
            "a\"b",
            "a\\b",
            "\0",
            "\u{1f}",
            "\u{7f}",
            "ä\u{2028}😀",
        ] {
            let mut json = Pieces::with_capacity(0);
            json.raw("\"").text(text).raw("\"");
            assert_eq!(json.into_string(), super::json(&text));
        }
    }
}
