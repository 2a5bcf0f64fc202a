//! How JSON is read (RFC 8259), into a tree that borrows from the text.
//!
//! More is read than the RFC asks for in one place: half of a surrogate pair, which
//! `JSON.stringify` and `json.dumps` write, becomes U+FFFD.

use std::borrow::Cow;
use std::fmt;

use super::scan;
use super::value::Json;
use crate::limits;

/// Why a text is not JSON, and in which byte of it, counted from 1. It quotes nothing: the text may
/// hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong there.
    pub what: &'static str,
    /// Where.
    pub column: usize,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.column)
    }
}

type Read<T> = Result<T, &'static str>;

/// Reads a text.
///
/// # Errors
///
/// Where it is not JSON, is nested deeper than [`limits::JSON_DEPTH`] or has more values than
/// [`limits::JSON_VALUES`].
pub fn parse(text: &str) -> Result<Json<'_>, ReadError> {
    let mut reader = Reader {
        text,
        place: 0,
        values: 0,
    };
    reader.document().map_err(|what| ReadError {
        what,
        column: reader.place.min(text.len()) + 1,
    })
}

struct Reader<'a> {
    text: &'a str,
    place: usize,
    values: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<Json<'a>> {
        let value = self.value(0)?;
        match self.next_token() {
            None => Ok(value),
            Some(_) => Err("more than one value"),
        }
    }

    fn value(&mut self, depth: usize) -> Read<Json<'a>> {
        self.values += 1;
        if self.values > limits::JSON_VALUES {
            return Err("too many values");
        }
        match self.next_token() {
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'{' | b'[') if depth >= limits::JSON_DEPTH => Err("too deep"),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            _ => self.word(),
        }
    }

    /// What the next byte is that is no blank.
    fn next_token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.place += 1;
        }
        self.peek()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.place += usize::from(is_there);
        is_there
    }

    fn word(&mut self) -> Read<Json<'a>> {
        const WORDS: [(&str, Json<'_>); 3] = [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
        ];
        let rest = &self.text.as_bytes()[self.place..];
        for (word, value) in WORDS {
            if rest.starts_with(word.as_bytes()) {
                self.place += word.len();
                return Ok(value);
            }
        }
        Err("no value")
    }

    fn list(&mut self, depth: usize) -> Read<Json<'a>> {
        self.place += 1;
        let mut values = Vec::new();
        if self.next_token() == Some(b']') {
            self.place += 1;
            return Ok(Json::List(values));
        }
        loop {
            values.push(self.value(depth)?);
            match self.next_token() {
                Some(b',') => self.place += 1,
                Some(b']') => {
                    self.place += 1;
                    return Ok(Json::List(values));
                }
                _ => return Err("no , or ]"),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Read<Json<'a>> {
        self.place += 1;
        // Only the event itself, once a line: as many as most have.
        let mut fields = Vec::with_capacity(if depth == 1 { 8 } else { 0 });
        if self.next_token() == Some(b'}') {
            self.place += 1;
            return Ok(Json::Object(fields));
        }
        loop {
            if self.next_token() != Some(b'"') {
                return Err("no name");
            }
            let name = self.string()?;
            if self.next_token() != Some(b':') {
                return Err("no :");
            }
            self.place += 1;
            let value = self.value(depth)?;
            fields.push((name, value));
            match self.next_token() {
                Some(b',') => self.place += 1,
                Some(b'}') => {
                    self.place += 1;
                    return Ok(Json::Object(fields));
                }
                _ => return Err("no , or }"),
            }
        }
    }

    fn number(&mut self) -> Read<Json<'a>> {
        const WHOLE_DIGITS: usize = 15;
        let start = self.place;
        let is_negative = self.skip(b'-');
        // A zero stands alone.
        let whole = match self.skip(b'0') {
            true => 0,
            false => self.digits()?,
        };
        if !is_negative
            && self.place - start <= WHOLE_DIGITS
            && !matches!(self.peek(), Some(b'.' | b'e' | b'E'))
        {
            return Ok(Json::Whole(whole));
        }
        if self.skip(b'.') {
            self.digits()?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            let _ = self.skip(b'+') || self.skip(b'-');
            self.digits()?;
        }
        let number = &self.text[start..self.place];
        match is_finite(number) {
            true => Ok(Json::Number(Cow::Borrowed(number))),
            false => Err("a number too large"),
        }
    }

    /// Reads digits. What they say is right only where they are few.
    fn digits(&mut self) -> Read<u64> {
        let start = self.place;
        let mut number = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number
                .wrapping_mul(10)
                .wrapping_add(u64::from(digit - b'0'));
            self.place += 1;
        }
        match self.place > start {
            true => Ok(number),
            false => Err("no digit"),
        }
    }

    fn string(&mut self) -> Read<Cow<'a, str>> {
        self.place += 1;
        let start = self.place;
        self.plain()?;
        if self.skip(b'"') {
            return Ok(Cow::Borrowed(&self.text[start..self.place - 1]));
        }
        let mut text = self.text[start..self.place].to_owned();
        while self.skip(b'\\') {
            text.push(self.escape()?);
            let start = self.place;
            self.plain()?;
            text.push_str(&self.text[start..self.place]);
        }
        self.place += 1;
        Ok(Cow::Owned(text))
    }

    /// Reads up to the next quotation mark or backslash.
    fn plain(&mut self) -> Read<()> {
        let rest = &self.text.as_bytes()[self.place..];
        self.place += scan::special(rest).unwrap_or(rest.len());
        match self.peek() {
            Some(b'"' | b'\\') => Ok(()),
            Some(_) => Err("a control character"),
            None => Err("no end of a text"),
        }
    }

    fn escape(&mut self) -> Read<char> {
        let escaped = self.peek().ok_or("no end of a text")?;
        let character = match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err("an unknown escape"),
        };
        self.place += 1;
        Ok(character)
    }

    /// Reads `u1f600`, and the other half of a pair where there is one.
    fn unicode(&mut self) -> Read<char> {
        let first = self.unit()?;
        let after_first = self.place;
        if (0xd800..0xdc00).contains(&first) && self.skip(b'\\') && self.peek() == Some(b'u') {
            let second = self.unit()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        self.place = after_first;
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Read<u32> {
        self.place += 1;
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            unit = unit * 16 + digit.ok_or("no hexadecimal digit")?;
            self.place += 1;
        }
        Ok(unit)
    }
}

/// Whether a number is one, and not infinite, to readers that keep it as a float: below 1e308.
fn is_finite(number: &str) -> bool {
    const LARGEST_EXPONENT: i64 = 308;
    let is_e = |byte: u8| matches!(byte, b'e' | b'E');
    let (digits, exponent) = number.split_at(number.bytes().position(is_e).unwrap_or(number.len()));
    let digits = digits.trim_start_matches('-');
    let whole_digits = digits.bytes().take_while(|byte| *byte != b'.').count() as i64;
    let exponent = exponent.get(1..).unwrap_or("0");
    let is_zero = || digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match exponent.parse::<i64>() {
        Ok(exponent) if exponent.saturating_add(whole_digits) <= LARGEST_EXPONENT => true,
        // So many digits that only its sign matters.
        Err(_) if exponent.starts_with('-') => true,
        _ => is_zero(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::json::Writer;

    fn written(text: &str) -> Result<String, ReadError> {
        Ok(Writer::of(&parse(text)?))
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for number in [
            "0",
            "-0",
            "0.10",
            "1E5",
            "1e-7",
            "-12.50e+3",
            "123456789012345678901234567890",
            "3.141592653589793238",
            "1e307",
            "1e-999999999999999999999",
            "0e999999999999999999999",
        ] {
            assert_eq!(written(number).as_deref(), Ok(number));
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "1e+",
            "--1",
            "-",
            "NaN",
            "Infinity",
            "1e308",
            "1e999",
            "1e999999999999999999999",
            "0x1",
            "1_000",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let long = "9".repeat(309);
        assert!(parse(&long).is_err());
        assert!(parse(&long[1..]).is_ok());
    }

    #[test]
    fn half_of_a_pair_is_replaced() {
        for (text, expected) in [
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\udc80""#, "\u{fffd}"),
            (r#""a\ud83d""#, "a\u{fffd}"),
            (r#""\ud83dx""#, "\u{fffd}x"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(parse(text), Ok(Json::Text(expected.into())), "{text}");
        }
        assert!(parse(r#""\ud83d\u00""#).is_err());
    }

    #[test]
    fn an_error_says_what_and_where() {
        for (text, what, column) in [
            ("", "no value", 1),
            ("nul", "no value", 1),
            ("{\"a\" 1}", "no :", 6),
            ("{1:2}", "no name", 2),
            ("{\"a\":1,}", "no name", 8),
            ("[1 2]", "no , or ]", 4),
            ("{\"a\":1]", "no , or }", 7),
            ("1 2", "more than one value", 3),
            ("\"a", "no end of a text", 3),
            ("\"a\\", "no end of a text", 4),
            ("\"\n\"", "a control character", 2),
            (r#""\x""#, "an unknown escape", 3),
            (r#""\u12g4""#, "no hexadecimal digit", 6),
        ] {
            assert_eq!(parse(text), Err(ReadError { what, column }), "{text}");
        }
    }

    #[test]
    fn depth_and_number_of_values_have_limits() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&deep(limits::JSON_DEPTH)).is_ok());
        assert_eq!(
            parse(&deep(limits::JSON_DEPTH + 1)).unwrap_err().what,
            "too deep"
        );
        let wide = |values: usize| format!("[{}1]", "1,".repeat(values - 2));
        assert!(parse(&wide(limits::JSON_VALUES)).is_ok());
        let error = parse(&wide(limits::JSON_VALUES + 1)).unwrap_err();
        assert_eq!(error.what, "too many values");
    }

    /// As far as `serde_json` reads: it takes no half of a pair.
    fn agree(text: &str) -> Result<(), TestCaseError> {
        match serde_json::from_str::<Value>(text) {
            Ok(expected) => {
                let written =
                    written(text).map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), expected);
            }
            Err(error) if error.to_string().contains("surrogate") => {}
            Err(error) if error.to_string().contains("hex escape") => {}
            Err(_) => prop_assert!(parse(text).is_err(), "{}", text),
        }
        Ok(())
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e307..1e307).prop_map(Value::from),
            (-1e-9..1e-9).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".{0,5}", inner, 0..6)
                    .prop_map(|object| Value::Object(object.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_reads(value in value(), is_pretty in any::<bool>()) {
            agree(&match is_pretty {
                true => serde_json::to_string_pretty(&value).unwrap(),
                false => value.to_string(),
            })?;
        }

        #[test]
        fn it_refuses_what_serde_json_refuses(
            text in r#"([\[\]{}",:0-9eE.\-+ \t]|\\["\\/bfnrtux]|\\u[0-9a-f]{4}|null|true|\PC){0,24}"#,
        ) {
            agree(&text)?;
        }

        #[test]
        fn a_byte_more_or_less_is_no_surprise(value in value(), place in any::<prop::sample::Index>(), byte in r#"[\[\]{}",:0-9eE.\\]?"#) {
            let mut text: Vec<char> = value.to_string().chars().collect();
            let place = place.index(text.len());
            text.splice(place..=place, byte.chars());
            agree(&text.into_iter().collect::<String>())?;
        }
    }
}
