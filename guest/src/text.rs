//! Texts as Test Engine should get them: without terminal codes, and no longer than it keeps.

use std::borrow::Cow;

use serde_json::Value;

const ESCAPE: char = '\u{1b}';

/// A text without ANSI escape sequences and NUL.
///
/// ```
/// use collector::text::scrubbed;
///
/// assert_eq!(scrubbed("\u{1b}[31mE   assert\u{1b}[0m \0False".into()), "E   assert False");
/// ```
#[must_use]
pub fn scrubbed(text: String) -> String {
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
pub fn scrub(value: &mut Value) {
    match value {
        Value::String(text) => *text = scrubbed(std::mem::take(text)),
        Value::Array(values) => values.iter_mut().for_each(scrub),
        Value::Object(fields) => fields.values_mut().for_each(scrub),
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

/// A text of at most so many characters, the last of them an ellipsis where it was longer; and
/// whether it was.
#[must_use]
pub fn shortened(text: &str, chars: usize) -> (Cow<'_, str>, bool) {
    if text.len() <= chars {
        return (Cow::Borrowed(text), false);
    }
    let Some((end, _)) = text.char_indices().nth(chars) else {
        return (Cow::Borrowed(text), false);
    };
    let last = text[..end].char_indices().next_back();
    let kept = &text[..last.map_or(0, |(index, _)| index)];
    (Cow::Owned(format!("{kept}…")), true)
}

/// Lines of at most so many characters in all: whole lines from the head and from the tail, and
/// between them one that says how much is missing; and whether there is.
///
/// The head gets three quarters of the room: there stands what failed. A single line that is longer
/// than its room is cut. Each line counts for its characters and one more.
#[must_use]
pub fn abridged<'a>(lines: &[&'a str], chars: usize) -> (Vec<Cow<'a, str>>, bool) {
    let length = |line: &str| line.chars().count() + 1;
    let total: usize = lines.iter().map(|line| length(line)).sum();
    if total <= chars {
        return (
            lines.iter().map(|line| Cow::Borrowed(*line)).collect(),
            false,
        );
    }
    /// Room for the line that says how much is missing.
    const MARK: usize = 60;
    let room = chars.saturating_sub(MARK);
    let mut head = Vec::new();
    let mut used = 0;
    for line in lines {
        let left = (room / 4 * 3).saturating_sub(used);
        if length(line) > left {
            if head.is_empty() && left > 1 {
                let (cut, _) = shortened(line, left - 1);
                used += length(&cut);
                head.push(cut);
            }
            break;
        }
        used += length(line);
        head.push(Cow::Borrowed(*line));
    }
    let mut tail = Vec::new();
    for line in lines[head.len()..].iter().rev() {
        if used + length(line) > room {
            break;
        }
        used += length(line);
        tail.push(Cow::Borrowed(*line));
    }
    let missing = total.saturating_sub(used);
    head.push(Cow::Owned(format!(
        "… {missing} characters are missing here …"
    )));
    head.extend(tail.into_iter().rev());
    (head, true)
}

/// What stands before and after the first of some text in another. The standard library's search is
/// faster in long texts, and costs the component kilobytes.
#[must_use]
pub fn cut<'a>(text: &'a str, at: &str) -> Option<(&'a str, &'a str)> {
    let mut places = text.as_bytes().windows(at.len());
    let place = places.position(|part| part == at.as_bytes())?;
    Some((text.get(..place)?, text.get(place + at.len()..)?))
}

/// The parts of a text between some text.
pub fn parts<'a>(text: &'a str, between: &'static str) -> Parts<'a> {
    Parts {
        rest: Some(text),
        between,
    }
}

/// The parts of a text, one after the other.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    rest: Option<&'a str>,
    between: &'static str,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        let Some((part, rest)) = cut(rest, self.between) else {
            return Some(rest);
        };
        self.rest = Some(rest);
        Some(part)
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
            assert_eq!(scrubbed(text.into()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        let cut = |text, chars| shortened(text, chars).0.into_owned();
        assert_eq!(cut("größer", 6), "größer");
        assert_eq!(cut("größer", 4), "grö…");
        assert_eq!(cut("größer", 1), "…");
        assert_eq!(cut("", 1), "");
    }

    #[test]
    fn the_middle_of_many_lines_is_left_out() {
        let lines: Vec<String> = (0..100).map(|n| format!("line {n:04}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (kept, is_cut) = abridged(&lines, 200);
        assert!(is_cut);
        assert_eq!(kept.first().unwrap(), "line 0000");
        assert_eq!(kept.last().unwrap(), "line 0099");
        let mark = kept.iter().find(|line| line.starts_with('…')).unwrap();
        assert_eq!(mark, "… 860 characters are missing here …");
        assert_eq!(100 - (kept.len() - 1), 86);
    }

    #[test]
    fn a_text_is_parted_like_the_standard_library_parts_it() {
        for text in [
            "",
            "é",
            " or ",
            "é or ü",
            " or a or or b",
            "a or  or ",
            "a orb",
        ] {
            let expected: Vec<_> = text.split(" or ").collect();
            assert_eq!(
                parts(text, " or ").collect::<Vec<_>>(),
                expected,
                "{text:?}"
            );
            assert_eq!(cut(text, " or "), text.split_once(" or "));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_longer_than_allowed(
            lines in prop::collection::vec("\\PC{0,200}", 0..60),
            chars in 80..2_000_usize,
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let (kept, is_cut) = abridged(&lines, chars);
            let total: usize = kept.iter().map(|line| line.chars().count() + 1).sum();
            prop_assert!(total <= chars);
            if !is_cut {
                prop_assert_eq!(kept, lines);
            }
        }

        #[test]
        fn scrubbing_leaves_no_escape_and_never_panics(text in ".*\u{1b}?.*\u{1b}?\\[?.*") {
            let clean = scrubbed(text);
            prop_assert!(!clean.contains(['\0', ESCAPE]));
        }
    }
}
