//! Terminal codes: escape sequences (ECMA-48), and NUL.

use std::borrow::Cow;

use crate::json::{Json, Object, scan};

const ESCAPE: char = '\u{1b}';
const STRING_TERMINATOR: char = '\u{9c}';
const BELL: char = '\u{7}';

/// A text without escape sequences, control characters of the second set (C1) and NUL.
///
/// ```
/// use collector::scrub::without_escapes;
///
/// assert_eq!(without_escapes("\u{1b}[31mE   assert\u{1b}[0m \0False".into()), "E   assert False");
/// ```
#[must_use]
pub fn without_escapes(text: String) -> String {
    if scan::escape(text.as_bytes()).is_none() {
        return text;
    }
    let mut rest = text.as_str();
    let mut kept = String::with_capacity(rest.len());
    while let Some(place) = rest.find(begins_sequence) {
        kept.push_str(&rest[..place]);
        rest = after_sequence(&rest[place..]);
    }
    kept.push_str(rest);
    kept
}

/// Takes escape sequences out of all texts in a value, names of fields included.
pub fn scrub_json(value: &mut Json<'_>) {
    match value {
        Json::Text(text) => scrub(text),
        Json::List(values) => values.iter_mut().for_each(scrub_json),
        Json::Object(fields) => scrub_fields(fields),
        Json::Null | Json::Bool(_) | Json::Whole(_) | Json::Number(_) => {}
    }
}

/// The same of the fields of an object.
pub fn scrub_fields(fields: &mut Object<'_>) {
    for (name, value) in fields {
        scrub(name);
        scrub_json(value);
    }
}

fn scrub(text: &mut Cow<'_, str>) {
    *text = Cow::Owned(without_escapes(std::mem::take(text).into_owned()));
}

const fn begins_sequence(c: char) -> bool {
    matches!(c, '\0' | ESCAPE | '\u{80}'..='\u{9f}')
}

/// What follows the sequence, or the character, that a text begins with.
fn after_sequence(text: &str) -> &str {
    let mut chars = text.chars();
    match chars.next() {
        Some(ESCAPE) => after_escape(chars.as_str()),
        // These stand for ESC and the letter 64 places before them.
        Some(c @ '\u{80}'..='\u{9f}') => after_kind(char::from(c as u8 - 0x40), chars.as_str()),
        _ => chars.as_str(),
    }
}

/// What follows a sequence whose ESC has been read.
fn after_escape(text: &str) -> &str {
    let mut chars = text.chars();
    match chars.next() {
        Some(kind @ ' '..='~') => after_kind(kind, chars.as_str()),
        _ => text,
    }
}

/// What follows a sequence of a kind (ECMA-48, 5.3 to 5.6). Of one that is cut off only what can
/// belong to it goes.
fn after_kind(kind: char, body: &str) -> &str {
    match kind {
        // Control sequences end with a byte from @ to ~.
        '[' => match body.find(|c: char| !matches!(c, ' '..='?')) {
            Some(end) if matches!(body.as_bytes()[end], b'@'..=b'~') => &body[end + 1..],
            Some(end) => &body[end..],
            None => "",
        },
        // Operating system commands and the like are a line's text up to BEL or a terminator.
        ']' | 'P' | 'X' | '^' | '_' => after_string(body).unwrap_or(body),
        // Sequences with intermediate bytes, like the choice of a character set.
        ' '..='/' => {
            let rest = body.trim_start_matches(|c| matches!(c, ' '..='/'));
            match rest.chars().next() {
                Some('0'..='~') => &rest[1..],
                _ => rest,
            }
        }
        _ => body,
    }
}

/// What follows the end of a control string, if it ends before its line does.
fn after_string(body: &str) -> Option<&str> {
    let end = body.find(|c: char| c.is_control())?;
    let mut rest = body[end..].chars();
    match rest.next()? {
        BELL | STRING_TERMINATOR => Some(rest.as_str()),
        ESCAPE => Some(rest.as_str().strip_prefix('\\').unwrap_or(&body[end..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_sequences_of_every_kind_go() {
        for (text, expected) in [
            ("plain ünïcode ✓", "plain ünïcode ✓"),
            ("\u{1b}[1;31mred\u{1b}[0m", "red"),
            ("a\0b", "ab"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}(Bx", "x"),
            ("\u{1b}Mx", "x"),
            ("\u{1b}[31", ""),
            ("\u{1b}", ""),
            ("\u{1b}ü", "ü"),
            ("\u{1b}[ü", "ü"),
            ("\u{1b}\u{1b}[0mx", "x"),
            ("\u{1b}", ""),
            ("\u{1b}(", ""),
            ("\u{1b}(ü", "ü"),
            ("\u{1b}()", ""),
            ("\u{1b}\nx", "\nx"),
            // Of the second set.
            ("\u{9b}31mred\u{9b}0m", "red"),
            ("\u{9d}0;title\u{9c}x", "x"),
            ("\u{90}q\u{1b}\\x", "x"),
            ("a\u{85}b\u{80}c\u{9f}", "abc"),
            ("°C £5 «é»", "°C £5 «é»"),
            // Without an end: no more than the sequence itself.
            ("\u{1b}]0;title", "0;title"),
            (
                "\u{1b}]0;title\nand all that follows",
                "0;title\nand all that follows",
            ),
            ("\u{1b}Pq\tx", "q\tx"),
            ("\u{1b}]0;title\u{1b}[31mred", "red"),
            ("\u{9d}0;title", "0;title"),
        ] {
            assert_eq!(without_escapes(text.into()), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn scrubbing_leaves_no_escape_and_never_panics(text in ".*\u{1b}?.*\u{1b}?\\[?.*") {
            let clean = without_escapes(text);
            prop_assert!(!clean.contains(begins_sequence), "{clean:?}");
            prop_assert_eq!(without_escapes(clean.clone()), clean);
        }

        #[test]
        fn no_more_goes_than_sequences(text in "[a-zé\n]{1,9}", code in "\u{1b}[\\]PX^_]|\u{9d}|\u{90}") {
            prop_assert_eq!(without_escapes(format!("{code}{text}")), text);
        }
    }

    #[test]
    fn names_of_fields_are_texts() {
        let mut value =
            crate::json::parse(r#"{"\u001b[1ma":["\u0000b",{"c\u009b0m":1}]}"#).unwrap();
        scrub_json(&mut value);
        assert_eq!(crate::json::Writer::of(&value), r#"{"a":["b",{"c":1}]}"#);
    }
}
