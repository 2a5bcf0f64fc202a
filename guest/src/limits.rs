//! What the server would refuse, and what keeps a hostile run small.

use std::ops::RangeInclusive;

/// How many results an upload may hold. Above it Test Engine refuses the whole upload
/// (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).
pub const UPLOAD_RESULTS: RangeInclusive<u32> = 1..=5_000;

/// How large an upload's body may be, in bytes before compression. Not documented for JSON; the
/// limit of Buildkite's OTLP endpoint.
pub const UPLOAD_BYTES: usize = 8 * 1024 * 1024;

/// How deep spans may lie in spans. Deeper ones move up to this depth.
pub const SPAN_DEPTH: usize = 32;

/// How long a problem may be, in characters.
pub const PROBLEM_CHARS: usize = 300;

/// A text of at most so many characters, the last of them an ellipsis where it was longer.
#[must_use]
pub fn shortened(mut text: String, chars: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(chars) {
        let last = text[..end].char_indices().next_back();
        text.truncate(last.map_or(0, |(index, _)| index));
        text.push('…');
    }
    text
}

/// How many problems and rejected lines are told in words; all are counted.
pub const TOLD: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("größer".into(), 6), "größer");
        assert_eq!(shortened("größer".into(), 4), "grö…");
        assert_eq!(shortened("größer".into(), 1), "…");
        assert_eq!(shortened(String::new(), 1), "");
    }
}
