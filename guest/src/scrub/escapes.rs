//! Terminal codes: ANSI escape sequences, and NUL.

use serde_json::Value;

const ESCAPE: char = '\u{1b}';

/// A text without ANSI escape sequences and NUL.
///
/// ```
/// use collector::scrub::without_escapes;
///
/// assert_eq!(without_escapes("\u{1b}[31mE   assert\u{1b}[0m \0False".into()), "E   assert False");
/// ```
#[must_use]
pub fn without_escapes(text: String) -> String {
    if !text.bytes().any(|byte| byte == 0x1b || byte == 0) {
        return text;
    }
    let mut rest = text.as_str();
    let mut kept = String::with_capacity(rest.len());
    while let Some(index) = rest.find([ESCAPE, '\0']) {
        kept.push_str(&rest[..index]);
        rest = match rest.as_bytes()[index] {
            0 => &rest[index + 1..],
            _ => after_escape(&rest[index + 1..]),
        };
    }
    kept.push_str(rest);
    kept
}

/// Takes ANSI escape sequences and NUL out of all texts in a value, which is as deep as JSON that
/// was read: 128 at most.
pub fn scrub_json(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_escapes(std::mem::take(text)),
        Value::Array(values) => values.iter_mut().for_each(scrub_json),
        Value::Object(fields) => fields.values_mut().for_each(scrub_json),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What follows an escape sequence whose ESC has been read (ECMA-48, 5.3 to 5.6). A sequence that
/// is cut off is taken for as long as it could go on.
fn after_escape(text: &str) -> &str {
    let (kind, body) = match text.chars().next() {
        Some(first) if first.is_ascii() => (first, &text[1..]),
        _ => return text,
    };
    match kind {
        // Control sequences end with a byte from @ to ~.
        '[' => match body.find(|c: char| !matches!(c, ' '..='?')) {
            Some(end) if matches!(body.as_bytes()[end], b'@'..=b'~') => &body[end + 1..],
            Some(end) => &body[end..],
            None => "",
        },
        // Operating system commands and the like end with BEL, or with the string terminator.
        ']' | 'P' | 'X' | '^' | '_' => match body.find(['\u{7}', ESCAPE]) {
            Some(end) if body.as_bytes()[end] == 7 => &body[end + 1..],
            Some(end) => body[end + 1..].strip_prefix('\\').unwrap_or(&body[end..]),
            None => "",
        },
        // Sequences with intermediate bytes, like the choice of a character set.
        ' '..='/' => {
            let end = body
                .find(|c: char| !matches!(c, ' '..='/'))
                .unwrap_or(body.len());
            body[end..].get(1..).unwrap_or("")
        }
        '0'..='~' => body,
        _ => text,
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
        ] {
            assert_eq!(without_escapes(text.into()), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn scrubbing_leaves_no_escape_and_never_panics(text in ".*\u{1b}?.*\u{1b}?\\[?.*") {
            let clean = without_escapes(text);
            prop_assert!(!clean.contains(['\0', ESCAPE]));
        }
    }
}
