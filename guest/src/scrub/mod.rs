//! What must not leave a run in a text: terminal codes, and of what hosts record by themselves,
//! credentials and data.

mod cache;
mod credentials;
mod escapes;
mod sql;
mod token;
mod url;

pub use cache::{Cache, Scrubber};
pub use credentials::without_credentials;
pub use escapes::{scrub_fields, scrub_json, without_escapes};
pub use sql::{Dialect, sql};
pub use token::is_token;
pub use url::url;

/// What stands for a part of a text that is hidden, where it is no SQL literal.
pub const MARK: &str = "…";

/// Whether a character belongs to a word, in whatever script. The tables that tell letters from other
/// signs would cost the component kilobytes.
const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c > '\u{a0}'
}

/// A sentence for a person, on one line: without terminal codes, and with blanks for what breaks a
/// line.
#[must_use]
pub fn one_line(text: String) -> String {
    let text = without_escapes(text);
    match text.contains(char::is_control) {
        true => text.replace(char::is_control, " "),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_one_line() {
        let made = one_line("\u{1b}[31mX\nsecond\r\n\tline\u{7}\u{7f}".into());
        assert_eq!(made, "X second   line  ");
        assert_eq!(one_line("plain".into()), "plain");
    }
}
