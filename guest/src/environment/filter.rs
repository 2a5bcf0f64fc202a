//! What a template may do to a value: `{BUILD_URL|bare}`.
//!
//! | filter | makes |
//! |---|---|
//! | `ref` | a branch or tag as people say it, of a full name like `refs/heads/main` |
//! | `again` | the number of an attempt after the first; nothing of the first |
//! | `bare` | an address without slashes at its end |
//! | `unbraced` | a UUID without braces around it |
//! | `quoted` | a part of an address, with `%` before what would have a meaning in it |
//! | `sha` | a whole commit hash; nothing of anything else |
//! | `source` | the branch or tag of a CodeBuild source version; nothing of anything else |
//! | `-a/,b/` | the value without the one of these beginnings that it has |

use std::borrow::Cow;

use crate::text::{split, split_once};

/// Whether there is such a filter.
#[cfg(test)]
pub fn exists(filter: &str) -> bool {
    filter.len() > 1 && filter.starts_with('-')
        || [
            "ref", "again", "bare", "unbraced", "quoted", "sha", "source",
        ]
        .contains(&filter)
}

/// What a filter makes of a value; none where nothing is left.
pub fn filtered<'a>(filter: &str, value: &'a str) -> Option<Cow<'a, str>> {
    let kept = match filter {
        "ref" => short_ref(value),
        "again" => is_again(value).then_some(value)?,
        "bare" => value.trim_end_matches('/'),
        "unbraced" => value
            .strip_prefix('{')
            .and_then(|value| value.strip_suffix('}'))
            .unwrap_or(value),
        "quoted" => return Some(Cow::Owned(quoted(value))),
        "sha" => is_sha(value).then_some(value)?,
        "source" => source(value)?,
        prefixes => split(prefixes.get(1..)?, ",")
            .find_map(|prefix| value.strip_prefix(prefix))
            .unwrap_or(value),
    };
    (!kept.is_empty()).then_some(Cow::Borrowed(kept))
}

/// A branch or tag as people say it: `refs/heads/main` and `refs/remotes/origin/main` are `main`,
/// `refs/pull/89/merge` is `pull/89/merge`.
pub fn short_ref(value: &str) -> &str {
    let Some(short) = value.strip_prefix("refs/") else {
        return value;
    };
    if let Some((_, branch)) = short
        .strip_prefix("remotes/")
        .and_then(|branch| split_once(branch, "/"))
    {
        return branch;
    }
    ["heads/", "tags/"]
        .iter()
        .find_map(|kind| short.strip_prefix(kind))
        .unwrap_or(short)
}

/// Whether a value is a whole commit hash: of SHA-1 or of SHA-256.
pub fn is_sha(value: &str) -> bool {
    matches!(value.len(), 40 | 64) && is_hex(value)
}

/// Whether a value has no other characters than hexadecimal digits.
pub fn is_hex(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_again(attempt: &str) -> bool {
    is_number(attempt) && !matches!(attempt.trim_start_matches('0'), "" | "1")
}

const HEX: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
];

fn quoted(value: &str) -> String {
    let mut quoted = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                quoted.push(char::from(byte));
            }
            _ => {
                quoted.push('%');
                quoted.extend([byte >> 4, byte & 15].map(|digit| HEX[usize::from(digit)]));
            }
        }
    }
    quoted
}

/// The branch or tag that CodeBuild was asked for: not where it was asked for a commit, a pull
/// request (`pr/24`) or an archive (`arn:aws:s3:::…`).
fn source(version: &str) -> Option<&str> {
    let name = match split_once(version, "^{") {
        Some((name, pin)) if pin.ends_with('}') => name,
        _ => version,
    };
    let is_pull_request = name.strip_prefix("pr/").is_some_and(is_number);
    (!is_pull_request && !is_sha(name) && !name.starts_with("arn:")).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SHA: &str = "b9f0fb3fdbb94c9d24b2c75b49663122a529e123";

    #[test]
    fn each_filter_makes_what_it_says() {
        let pinned = format!("refs/heads/spin^{{{SHA}}}");
        for (filter, value, expected) in [
            ("ref", "refs/heads/main", Some("main")),
            ("ref", "refs/tags/v1", Some("v1")),
            ("ref", "refs/remotes/origin/a/b", Some("a/b")),
            ("ref", "refs/remotes/origin", Some("remotes/origin")),
            ("ref", "refs/pull/89/merge", Some("pull/89/merge")),
            ("ref", "origin/main", Some("origin/main")),
            ("ref", "heads/main", Some("heads/main")),
            ("ref", "refs/heads/refs/heads/x", Some("refs/heads/x")),
            ("ref", "refs/heads/", None),
            ("again", "2", Some("2")),
            ("again", "10", Some("10")),
            ("again", "1", None),
            ("again", "0", None),
            ("again", "01", None),
            ("again", "-2", None),
            ("again", "+2", None),
            ("again", "two", None),
            ("again", "²", None),
            ("bare", "https://x//", Some("https://x")),
            ("bare", "https://x", Some("https://x")),
            ("bare", "//", None),
            ("unbraced", "{a-b}", Some("a-b")),
            ("unbraced", "{a", Some("{a")),
            ("unbraced", "{}", None),
            ("quoted", "Wïdget Works/1", Some("W%C3%AFdget%20Works%2F1")),
            ("sha", SHA, Some(SHA)),
            ("sha", &SHA[..39], None),
            ("sha", "L4kqtJlcpXroDTDmpUMLUoL4kqtJlcpXroDTDmpU", None),
            ("source", "main", Some("main")),
            ("source", "main^{b9f0}", Some("main")),
            ("source", "main}", Some("main}")),
            ("source", &pinned, Some("refs/heads/spin")),
            ("source", "pr/24", None),
            ("source", "pr/24^{b9f0}", None),
            ("source", "pr/x", Some("pr/x")),
            ("source", SHA, None),
            ("source", "arn:aws:s3:::a/b", None),
            ("source", "^{b9f0}", None),
            ("-origin/,upstream/", "origin/a", Some("a")),
            ("-origin/,upstream/", "upstream/origin/a", Some("origin/a")),
            ("-origin/,upstream/", "a/origin/b", Some("a/origin/b")),
            ("-origin/,upstream/", "origin/", None),
        ] {
            assert!(exists(filter), "{filter}");
            assert_eq!(
                filtered(filter, value).as_deref(),
                expected,
                "{filter}: {value}"
            );
        }
        assert!(is_sha(&"0a".repeat(32)) && !is_sha(&"0a".repeat(30)));
    }

    proptest! {
        #[test]
        fn no_value_stops_a_filter(value in "(refs/|remotes/|\\{|\\^\\{|\\}|pr/|/|\\PC){1,9}") {
            for filter in ["ref", "again", "bare", "unbraced", "quoted", "sha", "source", "-a,b"] {
                let made = filtered(filter, &value);
                prop_assert!(made.is_none_or(|made| !made.is_empty()));
            }
        }
    }
}
