//! Texts: cut to a length, and split.

use std::borrow::Cow;

/// The first so many characters of a text.
#[must_use]
pub fn truncated(text: &str, chars: usize) -> &str {
    // No character is shorter than a byte.
    if text.len() <= chars {
        return text;
    }
    match text.char_indices().nth(chars) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// Cuts a text to its first so many characters, and says whether that took something.
pub fn truncate(text: &mut String, chars: usize) -> bool {
    let length = truncated(text, chars).len();
    let is_cut = length < text.len();
    if is_cut {
        // With what it had room for, a text that is cut would cost as much memory as before.
        text.truncate(length);
        text.shrink_to_fit();
    }
    is_cut
}

/// A text of at most so many characters, the last of them an ellipsis where it was longer; and
/// whether it was.
#[must_use]
pub fn shortened(text: &str, chars: usize) -> (Cow<'_, str>, bool) {
    if truncated(text, chars).len() == text.len() {
        return (Cow::Borrowed(text), false);
    }
    let kept = truncated(text, chars.saturating_sub(1));
    (Cow::Owned(format!("{kept}…")), true)
}

/// How many characters lines have, each counting for one more.
#[must_use]
pub fn length(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count() + 1).sum()
}

/// Lines of at most so many characters in all: whole lines from the head and from the tail, and
/// between them one that says how much is missing; and whether there is.
///
/// The head gets three quarters of the room: there stands what failed. A single line that is longer
/// than its room is cut. Each line counts for its characters and one more.
#[must_use]
pub fn abridged(lines: Vec<String>, chars: usize) -> (Vec<String>, bool) {
    let total = length(&lines);
    if total <= chars {
        return (lines, false);
    }
    /// Room for the line that says how much is missing.
    const MARK: usize = 60;
    /// Where there is no room for more than the beginning of a line and that.
    const SMALL: usize = 2 * MARK;
    if chars < SMALL {
        let first = lines.first().map_or("", String::as_str);
        let is_worth_it = chars > 1 && !first.is_empty();
        let first = shortened(first, chars.saturating_sub(1)).0.into_owned();
        return (if is_worth_it { vec![first] } else { Vec::new() }, true);
    }
    let room = chars - MARK;
    let mut kept = Vec::new();
    let mut used = 0;
    let mut rest = lines.into_iter();
    while let Some(line) = rest.as_slice().first() {
        let left = (room / 4 * 3).saturating_sub(used);
        let length = line.chars().count() + 1;
        if length > left {
            if kept.is_empty() {
                let line = shortened(line, left - 1).0.into_owned();
                used += line.chars().count() + 1;
                kept.push(line);
                rest.next();
            }
            break;
        }
        used += length;
        kept.extend(rest.next());
    }
    let mut tail = Vec::new();
    while let Some(line) = rest.as_slice().last() {
        let length = line.chars().count() + 1;
        if used + length > room {
            break;
        }
        used += length;
        tail.extend(rest.next_back());
    }
    kept.push(format!(
        "… {} characters are missing here …",
        total.saturating_sub(used)
    ));
    kept.extend(tail.into_iter().rev());
    (kept, true)
}

/// What stands before and after the first of some text in another. The standard library's search is
/// faster in long texts, and costs the component kilobytes.
#[must_use]
pub fn split_once<'a>(text: &'a str, at: &str) -> Option<(&'a str, &'a str)> {
    let mut places = text.as_bytes().windows(at.len());
    let place = places.position(|part| part == at.as_bytes())?;
    Some((text.get(..place)?, text.get(place + at.len()..)?))
}

/// Whether a text has another in it.
#[must_use]
pub fn contains(text: &str, part: &str) -> bool {
    part.is_empty() || split_once(text, part).is_some()
}

/// The parts of a text between some text.
pub fn split<'a>(text: &'a str, between: &'static str) -> Split<'a> {
    Split {
        rest: Some(text),
        between,
    }
}

/// The parts of a text, one after the other.
#[derive(Debug, Clone)]
pub struct Split<'a> {
    rest: Option<&'a str>,
    between: &'static str,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest.take()?;
        let Some((part, rest)) = split_once(rest, self.between) else {
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
    fn a_text_is_cut_between_characters() {
        let cut = |text, chars| shortened(text, chars).0.into_owned();
        assert_eq!(cut("größer", 6), "größer");
        assert_eq!(cut("größer", 4), "grö…");
        assert_eq!(cut("größer", 1), "…");
        assert_eq!(cut("", 1), "");
    }

    #[test]
    fn an_identity_is_cut_without_a_mark() {
        let mut text = "größer".to_owned();
        assert!(!truncate(&mut text, 6));
        assert!(truncate(&mut text, 4));
        assert_eq!(text, "größ");
        assert!(truncate(&mut text, 0));
        assert!(!truncate(&mut text, 0));
    }

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn the_middle_of_many_lines_is_left_out() {
        let lines: Vec<String> = (0..100).map(|n| format!("line {n:04}")).collect();
        let (kept, is_cut) = abridged(lines, 200);
        assert!(is_cut);
        // Of 140 characters the head has 105, in lines of ten.
        assert_eq!(kept.len(), 15);
        assert_eq!(kept[9], "line 0009");
        assert_eq!(kept[10], "… 860 characters are missing here …");
        assert_eq!(kept[11], "line 0096");
        assert_eq!(kept[14], "line 0099");
    }

    #[test]
    fn lines_that_fit_are_kept() {
        let lines = owned(&["größer", ""]);
        assert_eq!(abridged(lines.clone(), 8), (lines.clone(), false));
        assert_eq!(abridged(lines, 7), (owned(&["größer"]), true));
        assert_eq!(abridged(Vec::new(), 0), (Vec::new(), false));
    }

    #[test]
    fn a_small_room_holds_the_beginning_of_the_first_line() {
        let lines = owned(&["0123456789", "x"]);
        assert_eq!(abridged(lines.clone(), 5), (owned(&["012…"]), true));
        assert_eq!(abridged(lines.clone(), 2), (owned(&["…"]), true));
        assert_eq!(abridged(lines, 1), (Vec::new(), true));
        let (kept, _) = abridged(vec!["x".repeat(500)], 119);
        assert_eq!((kept.len(), length(&kept)), (1, 119));
        let (kept, _) = abridged(vec!["x".repeat(500)], 120);
        assert_eq!((kept.len(), kept[0].chars().count()), (2, 44));
        assert_eq!(kept[1], "… 456 characters are missing here …");
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
                split(text, " or ").collect::<Vec<_>>(),
                expected,
                "{text:?}"
            );
            assert_eq!(split_once(text, " or "), text.split_once(" or "));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_longer_than_allowed(
            lines in prop::collection::vec("\\PC{0,200}", 0..60),
            chars in 0..2_000_usize,
        ) {
            let (kept, is_cut) = abridged(lines.clone(), chars);
            prop_assert!(length(&kept) <= chars);
            if !is_cut {
                prop_assert_eq!(kept, lines);
            }
        }
    }
}
