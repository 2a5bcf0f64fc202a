//! Credentials in URLs, wherever in a text these are.

use super::url::is_host;
use crate::text::split_once;

/// A text whose URLs have neither user nor password.
///
/// ```
/// use collector::scrub::without_credentials;
///
/// let text = "GET https://me:secret@api.example/v1 failed".to_owned();
/// assert_eq!(without_credentials(text), "GET https://api.example/v1 failed");
/// ```
#[must_use]
pub fn without_credentials(text: String) -> String {
    if !text.as_bytes().contains(&b'@') {
        return text;
    }
    let mut kept = String::with_capacity(text.len());
    for part in text.split_inclusive(ends_url) {
        push_part(&mut kept, part);
    }
    kept
}

/// Whether a character is in no URL, encoded or not.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '`')
}

/// Adds a part of a text in which URLs follow each other without a character that ends them.
fn push_part(kept: &mut String, part: &str) {
    let at = |text: &str| text.bytes().rposition(|byte| byte == b'@');
    let last = at(part);
    let mut rest = part;
    while let Some((before, after)) = split_once(rest, "://") {
        kept.push_str(&rest[..before.len() + "://".len()]);
        let end = after.find(|c| matches!(c, '/' | '?' | '#') || ends_url(c));
        let authority = &after[..end.unwrap_or(after.len())];
        let at = match at(authority) {
            None if is_host(authority) => None,
            // What looks like the host may be a part of a password with a slash in it.
            None => last.and_then(|at| at.checked_sub(part.len() - after.len())),
            at => at,
        };
        rest = at.map_or(after, |at| &after[at + 1..]);
    }
    kept.push_str(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn credentials_go_and_all_else_stays() {
        for (text, expected) in [
            ("", ""),
            ("me@h", "me@h"),
            ("mail me@h, see https://h/@x", "mail me@h, see https://h/@x"),
            ("https://me:secret@h/@x", "https://h/@x"),
            ("https://secret@h", "https://h"),
            (
                "postgresql+psycopg://me:se@cret@h:5432/db",
                "postgresql+psycopg://h:5432/db",
            ),
            ("a://me:b@h,c://d:e@i f://g@j", "a://h,c://i f://j"),
            (
                "{\"a\":\"https://h\",\"b\":\"me@h\"}",
                "{\"a\":\"https://h\",\"b\":\"me@h\"}",
            ),
            ("https://me:sec/ret@h/x", "https://h/x"),
            ("https://me:sec?r#et@h/x", "https://h/x"),
            ("https://[::1]:80/@x", "https://[::1]:80/@x"),
            ("https://h:80/@x", "https://h:80/@x"),
            ("https://h:8x/@x", "https://x"),
            ("://@://@", "://://"),
            ("a@b://h:x", "a@b://h:x"),
            ("https://…/@x", "https://…/@x"),
        ] {
            assert_eq!(without_credentials(text.to_owned()), expected);
        }
    }

    proptest! {
        #[test]
        fn no_credentials_come_out(
            before in "[a-z @]{0,9}",
            secret in "SECRET[a-z0-9!$%'()*+,;=:/?#@-]{0,9}",
            after in "[a-z /@]{0,9}",
        ) {
            let text = format!("{before}https://me:{secret}@h/{after}");
            prop_assert!(!without_credentials(text).contains("SECRET"));
        }

        #[test]
        fn what_has_none_stays(text in "[a-z@/ ]{0,20}( https://h/[a-z@/]{0,5})?") {
            prop_assert_eq!(without_credentials(text.clone()), text);
        }
    }
}
