//! A JSON value, borrowed from the text that it was read from or not.

use std::borrow::Cow;

/// The fields of an object in their order, names that come twice too.
pub type Object<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number from 0 to 10^15, without a fraction or an exponent: what nearly all are.
    Whole(u64),
    /// Any other number, by its digits.
    Number(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Json<'a>>),
    /// An object.
    Object(Object<'a>),
}

impl<'a> Json<'a> {
    /// Changes every text in it. The names of fields stay.
    pub fn each_text(&mut self, change: &mut dyn FnMut(&mut Cow<'a, str>)) {
        match self {
            Self::Text(text) => change(text),
            Self::List(values) => values.iter_mut().for_each(|value| value.each_text(change)),
            Self::Object(fields) => {
                for (_, value) in fields {
                    value.each_text(change);
                }
            }
            Self::Null | Self::Bool(_) | Self::Whole(_) | Self::Number(_) => {}
        }
    }

    /// The same, borrowing nothing.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(bool) => Json::Bool(bool),
            Self::Whole(number) => Json::Whole(number),
            Self::Number(digits) => Json::Number(Cow::Owned(digits.into_owned())),
            Self::Text(text) => Json::Text(Cow::Owned(text.into_owned())),
            Self::List(values) => Json::List(values.into_iter().map(Json::into_owned).collect()),
            Self::Object(fields) => Json::Object(
                fields
                    .into_iter()
                    .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts in it, where it is a list.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let Self::List(values) = self else {
            return Vec::new();
        };
        let texts = values.iter().filter_map(Self::as_text);
        texts.map(str::to_owned).collect()
    }

    /// A field of an object; of two with the same name the later one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let (_, value) = fields.iter().rfind(|(known, _)| known == name)?;
        Some(value)
    }

    /// The nanoseconds that so many seconds are, without what is finer. None for what is no number, and
    /// for some 300 years and beyond.
    #[must_use]
    pub fn as_nanoseconds(&self) -> Option<i64> {
        /// As many zeros as nobody writes before a digit that counts.
        const PLACES: i64 = 400;
        let digits = match self {
            Self::Whole(seconds) => return seconds.cast_signed().checked_mul(1_000_000_000),
            Self::Number(digits) => digits,
            _ => return None,
        };
        let magnitude = digits.strip_prefix('-').unwrap_or(digits);
        let end = magnitude
            .bytes()
            .position(|byte| matches!(byte, b'e' | b'E'));
        let (mantissa, exponent) = magnitude.split_at(end.unwrap_or(magnitude.len()));
        let exponent: i64 = exponent.get(1..).map_or(Ok(0), str::parse).ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // Seconds become nanoseconds where the point moves nine places to the right.
        let places = exponent
            .checked_add(9 + whole.len() as i64)?
            .clamp(0, PLACES) as usize;
        let mut number = 0_i64;
        let all = whole
            .bytes()
            .chain(fraction.bytes())
            .chain(std::iter::repeat(b'0'));
        for digit in all.take(places) {
            number = number
                .checked_mul(10)?
                .checked_add(i64::from(digit - b'0'))?;
        }
        Some(if magnitude.len() < digits.len() {
            -number
        } else {
            number
        })
    }

    /// The whole number that it is, however it is written: `100`, `100.0` and `1e2` are one number.
    /// None for a fraction, and for what some readers of JSON round: ±2^53 and beyond.
    #[must_use]
    pub fn as_whole_number(&self) -> Option<i64> {
        const END: u64 = 1 << 53;
        let number = match self {
            Self::Whole(number) => return Some(number.cast_signed()),
            Self::Number(number) => number,
            _ => return None,
        };
        let (is_negative, digits) = match number.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, &**number),
        };
        let mut magnitude = 0_u64;
        for (place, byte) in digits.bytes().enumerate() {
            match byte {
                b'0'..=b'9' => magnitude = magnitude * 10 + u64::from(byte - b'0'),
                _ => {
                    magnitude = shifted(magnitude, &digits[place..])?;
                    break;
                }
            }
            if magnitude >= END {
                return None;
            }
        }
        let number = (magnitude < END).then_some(magnitude.cast_signed())?;
        Some(if is_negative { -number } else { number })
    }
}

/// A whole number with the fraction and the exponent that follow it, where that is whole, too.
fn shifted(whole: u64, rest: &str) -> Option<u64> {
    let place = rest.bytes().position(|byte| matches!(byte, b'e' | b'E'));
    let (fraction, exponent) = rest.split_at(place.unwrap_or(rest.len()));
    let exponent: i64 = match exponent.get(1..) {
        Some(exponent) => exponent.parse().ok()?,
        None => 0,
    };
    let fraction = fraction.get(1..).unwrap_or("").trim_end_matches('0');
    let mut number = whole;
    for byte in fraction.bytes() {
        number = number
            .checked_mul(10)?
            .checked_add(u64::from(byte - b'0'))?;
    }
    let mut exponent = exponent.checked_sub(fraction.len() as i64)?;
    while exponent != 0 && number != 0 {
        match exponent > 0 {
            true => {
                number = number.checked_mul(10)?;
                exponent -= 1;
            }
            false => {
                if !number.is_multiple_of(10) {
                    return None;
                }
                number /= 10;
                exponent += 1;
            }
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        for (digits, expected) in [
            ("0", Some(0)),
            ("-0", Some(0)),
            ("100", Some(100)),
            ("100.0", Some(100)),
            ("1e2", Some(100)),
            ("1E+2", Some(100)),
            ("1.50e2", Some(150)),
            ("1000e-1", Some(100)),
            ("-1.0", Some(-1)),
            ("0e999999999", Some(0)),
            ("0.0", Some(0)),
            ("1.5", None),
            ("1e-1", None),
            ("1.00000000000000000000000000001", None),
            ("9007199254740991", Some((1 << 53) - 1)),
            ("-9007199254740991", Some(1 - (1 << 53))),
            ("9007199254740992", None),
            ("9007199254740992.0", None),
            ("900719925474099.2e1", None),
            ("900719925474099.1e1", Some((1 << 53) - 1)),
            ("99999999999999999999", None),
            ("1e300", None),
            ("999999999999999", Some(999_999_999_999_999)),
            ("1000000000000000", Some(1_000_000_000_000_000)),
        ] {
            for number in [
                Json::Number(digits.into()),
                crate::json::parse(digits).unwrap(),
            ] {
                assert_eq!(number.as_whole_number(), expected, "{digits}");
            }
        }
        for json in [Json::Text("1".into()), Json::Number("1e99999999999".into())] {
            assert_eq!(json.as_whole_number(), None);
        }
    }

    #[test]
    fn seconds_are_nanoseconds_however_they_are_written() {
        for (digits, expected) in [
            ("0", Some(0)),
            ("12", Some(12_000_000_000)),
            ("0.0", Some(0)),
            ("0.000000001", Some(1)),
            ("0.0000000019", Some(1)),
            ("12.345679", Some(12_345_679_000)),
            ("-1.5", Some(-1_500_000_000)),
            ("1.5e-3", Some(1_500_000)),
            ("1.25E+1", Some(12_500_000_000)),
            ("1e-10", Some(0)),
            ("0e999999999", Some(0)),
            ("9223372036.854775807", Some(i64::MAX)),
            ("9223372036.854775808", None),
            ("1e10", None),
        ] {
            let json = crate::json::parse(digits).unwrap();
            assert_eq!(json.as_nanoseconds(), expected, "{digits}");
        }
        for json in [
            Json::Text("1".into()),
            Json::Number("1e99999999999999999999".into()),
        ] {
            assert_eq!(json.as_nanoseconds(), None);
        }
    }

    #[test]
    fn of_two_fields_the_later_one_counts() {
        let object = crate::json::parse(r#"{"a":1,"a":2}"#).unwrap();
        assert_eq!(object.get("a"), Some(&Json::Whole(2)));
        assert_eq!(object.get("b"), None);
        assert_eq!(Json::Null.get("a"), None);
    }
}
