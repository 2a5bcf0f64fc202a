//! Texts: cut to a length, and split.

use std::borrow::Cow;

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
pub fn split_once<'a>(text: &'a str, at: &str) -> Option<(&'a str, &'a str)> {
    let mut places = text.as_bytes().windows(at.len());
    let place = places.position(|part| part == at.as_bytes())?;
    Some((text.get(..place)?, text.get(place + at.len()..)?))
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
    }
}
