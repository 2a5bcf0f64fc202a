//! URLs of automatic spans: where a request went, without who sent it and what it said.

use std::borrow::Cow;

use super::{MARK, is_token, is_word};
use crate::text::split_once;

/// A URL without user, password, fragment, values of its query and tokens. What cannot be read as a
/// part of a URL is hidden, and so is what looks like a token: `…` stands for it.
///
/// - Of the query the keys stay. One that comes twice in a row is there once: how many ids a request
///   asks for makes no other request of it.
/// - Of a URL that somebody has cut the last part is hidden, since nobody knows what it began.
///
/// ```
/// use collector::scrub::url;
///
/// let raw = "https://me:secret@api.example/v1/users/7?id=1&id=2&token=abc#top";
/// assert_eq!(url(raw, false), "https://api.example/v1/users/7?id=…&token=…");
/// ```
#[must_use]
pub fn url(text: &str, is_cut: bool) -> String {
    let text = text.trim_start();
    let (text, fragment) = parted(text, b'#');
    let is_cut = is_cut && fragment.is_none();
    let text = if is_cut { text } else { text.trim_end() };
    let mut shown = String::with_capacity(text.len());
    let rest = match split_once(text, "://") {
        Some((scheme, rest)) if is_scheme(scheme) => {
            shown.push_str(scheme);
            shown.push(':');
            Some(rest)
        }
        _ => text.strip_prefix("//"),
    };
    let rest = match rest {
        Some(rest) => {
            shown.push_str("//");
            let ends = |byte: u8| matches!(byte, b'/' | b'?');
            let end = rest.bytes().position(ends).unwrap_or(rest.len());
            let (authority, rest) = rest.split_at(end);
            let at = authority.bytes().rposition(|byte| byte == b'@');
            let mut host = &authority[at.map_or(0, |at| at + 1)..];
            // A password with a slash in it would look like a path from there on.
            if !is_host(host) || (is_cut && rest.is_empty()) {
                return shown + MARK;
            }
            loop {
                let (label, labels) = parted(host, b'.');
                shown.push_str(if is_token(label) { MARK } else { label });
                let Some(labels) = labels else {
                    break rest;
                };
                shown.push('.');
                host = labels;
            }
        }
        None if text.starts_with('/') => text,
        None => return MARK.to_owned(),
    };
    let (path, query) = parted(rest, b'?');
    push_path(&mut shown, path, is_cut && query.is_none());
    if let Some(query) = query {
        push_query(&mut shown, query, is_cut);
    }
    shown
}

/// What stands before the first byte of a kind, and after it, if there is one.
#[inline(never)]
fn parted(text: &str, at: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == at) {
        Some(place) => (&text[..place], text.get(place + 1..)),
        None => (text, None),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !is_token(text)
}

/// Whether it is a host, with or without a port, and nothing else. It may be empty, as that of a file.
pub fn is_host(text: &str) -> bool {
    let colon = text.bytes().rposition(|byte| byte == b':');
    let colon = colon.filter(|_| !text.ends_with(']'));
    let (name, port) = text.split_at(colon.unwrap_or(text.len()));
    let is_name = |c: char| is_word(c) || matches!(c, '-' | '.' | '_' | '~');
    let is_address = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    port.len() <= ":65535".len()
        && port.bytes().skip(1).all(|byte| byte.is_ascii_digit())
        && match address {
            Some(address) => address.chars().all(is_address),
            None => name.chars().all(is_name),
        }
}

fn push_path(shown: &mut String, path: &str, is_cut: bool) {
    let mut rest = path;
    loop {
        let ends = |byte: u8| matches!(byte, b'/' | b';');
        let end = rest.bytes().position(ends).unwrap_or(rest.len());
        let start = shown.len();
        push_pair(shown, &rest[..end], |c| {
            matches!(c, '!' | '$' | '&'..='*' | '+' | ',' | ':' | '@')
        });
        let Some(after) = rest.get(end + 1..) else {
            if is_cut {
                shown.truncate(start);
                shown.push_str(MARK);
            }
            return;
        };
        shown.push_str(&rest[end..=end]);
        rest = after;
    }
}

fn push_query(shown: &mut String, query: &str, is_cut: bool) {
    let mut separator = '?';
    let mut last = shown.len()..shown.len();
    let mut rest = Some(query);
    while let Some(pairs) = rest {
        let (pair, after) = parted(pairs, b'&');
        let start = shown.len();
        shown.push(separator);
        match is_cut && after.is_none() && parted(pair, b'=').1.is_none() {
            true => shown.push_str(MARK),
            false => push_pair(shown, pair, |c| matches!(c, '[' | ']' | '$' | ':' | '@')),
        }
        rest = after;
        let is_repeated = shown[start..].get(1..) == shown[last.clone()].get(1..);
        match pair.is_empty() || is_repeated {
            true => shown.truncate(start),
            false => {
                last = start..shown.len();
                separator = '&';
            }
        }
    }
}

/// Adds a name, and a mark for the value that belongs to it.
fn push_pair(shown: &mut String, pair: &str, is_sign: fn(char) -> bool) {
    let (name, value) = parted(pair, b'=');
    let is_in_name = |c| is_word(c) || matches!(c, '-' | '.' | '_' | '~' | '%') || is_sign(c);
    let is_shown = name.chars().all(is_in_name) && !is_token(&decoded(name));
    shown.push_str(if is_shown { name } else { MARK });
    if value.is_some() {
        shown.push('=');
        shown.push_str(MARK);
    }
}

/// A text as it was before its percent encoding.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.as_bytes().contains(&b'%') {
        return Cow::Borrowed(text);
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match after {
            [high, low, after @ ..]
                if *first == b'%'
                    && let (Some(high), Some(low)) = (digit(high), digit(low)) =>
            {
                ((high * 16 + low) as u8, after)
            }
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_url_keeps_where_a_request_went() {
        for (raw, expected) in [
            ("https://api.example/v1", "https://api.example/v1"),
            (" http://localhost:8000/ ", "http://localhost:8000/"),
            ("http://[::1]:80/a", "http://[::1]:80/a"),
            ("http://[::1]", "http://[::1]"),
            ("http://host:/x", "http://host:/x"),
            (
                "https://größe.example/größe/%C3%A9",
                "https://größe.example/größe/%C3%A9",
            ),
            ("file:///etc/hosts", "file:///etc/hosts"),
            ("//cdn.example/x", "//cdn.example/x"),
            ("/cart/7", "/cart/7"),
            (
                "http+docker://localhost/v1.43/info",
                "http+docker://localhost/v1.43/info",
            ),
            // The same in Cyrillic, which is longer than any word in percent signs.
            (
                "https://h/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82%D0%BC%D0%B8%D1%80",
                "https://h/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82%D0%BC%D0%B8%D1%80",
            ),
            ("https://h/@scope/package", "https://h/@scope/package"),
            ("https://h/v1/a:run", "https://h/v1/a:run"),
            ("https://h/http://g/me@g", "https://h/http://g/me@g"),
        ] {
            assert_eq!(url(raw, false), expected);
        }
    }

    #[test]
    fn who_sent_a_request_goes() {
        for (raw, expected) in [
            ("https://me:secret@h/x", "https://h/x"),
            ("https://secret@h", "https://h"),
            ("https://me:se@cret@h?q", "https://h?q"),
            ("//me:secret@h/x", "//h/x"),
            ("https://h/x#secret", "https://h/x"),
            ("https://h#secret?x", "https://h"),
            // What would be the host there is a part of a password.
            ("https://me:sec/ret@h/x", "https://…"),
            ("https://me:sec?ret@h/x", "https://…"),
            ("https://me:sec#ret@h/x", "https://…"),
            ("https://me:sec\\ret@h/x", "https://h/x"),
            ("https://h\\secret", "https://…"),
            ("https://me:secret%40h/x", "https://…"),
            ("https://h:123456/x", "https://…"),
            ("https://[secret]/x", "https://…"),
            ("https://h/http://me:secret@g/x", "https://h/http://…/x"),
            ("https://h/http:%2F%2Fme%3Asecret%40g", "https://h/…"),
        ] {
            assert_eq!(url(raw, false), expected, "{raw}");
        }
    }

    #[test]
    fn what_a_query_says_goes() {
        for (raw, expected) in [
            ("/x?q=secret&page=2", "/x?q=…&page=…"),
            ("/x?q=", "/x?q=…"),
            ("/x?q=a=b&=c", "/x?q=…&=…"),
            ("/x?wsdl", "/x?wsdl"),
            ("/x?filter[name]=a&a%5B%5D=b", "/x?filter[name]=…&a%5B%5D=…"),
            ("/x?$top=5", "/x?$top=…"),
            ("/x?hello+world", "/x?…"),
            ("/x?\"secret\"=1", "/x?…=…"),
            (
                "/x?eyJhbGciOiJIUzI1NiJ9=1&d41d8cd98f00b204e9800998ecf8427e",
                "/x?…=…&…",
            ),
            ("/x?%65yJhbGciOiJIUzI1NiJ9", "/x?…"),
            ("/x?", "/x"),
            ("/x?&&a=1&", "/x?a=…"),
            ("/x?id=1&id=2&id=3&a=1&id=4", "/x?id=…&a=…&id=…"),
            ("/x?a=1;b=2", "/x?a=…"),
            ("/x?a?b=1", "/x?…=…"),
        ] {
            assert_eq!(url(raw, false), expected);
        }
    }

    #[test]
    fn what_of_a_path_is_a_secret_or_unreadable_goes() {
        for (raw, expected) in [
            (
                "https://h/bot110201543:AAHdqTcvCH1vGW/getMe",
                "https://h/…/getMe",
            ),
            ("https://h/bot1%3Ax/getMe", "https://h/…/getMe"),
            (
                "https://h/a/0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b/b",
                "https://h/a/…/b",
            ),
            (
                "https://h/x;jsessionid=secret/y",
                "https://h/x;jsessionid=…/y",
            ),
            ("https://h/secret word/{x}/y", "https://h/…/…/y"),
            ("https://h/a\u{1b}[31mb/\nc", "https://h/…/…"),
            (
                "https://d41d8cd98f00b204e9800998ecf8427e.h.example/",
                "https://….h.example/",
            ),
            ("https://h/a%zzb%", "https://h/a%zzb%"),
        ] {
            assert_eq!(url(raw, false), expected);
        }
    }

    #[test]
    fn what_is_no_url_is_hidden() {
        for raw in [
            "",
            "secret",
            "me:secret@h/x",
            "mailto:me@h",
            "data:text/plain,secret",
            "1http://h",
            "d41d8cd98f00b204e9800998ecf8427e://h",
            "?q",
            "#secret",
        ] {
            assert_eq!(url(raw, false), MARK);
        }
    }

    #[test]
    fn the_last_part_of_what_was_cut_is_hidden() {
        for (raw, expected) in [
            ("https://me:sec", "https://…"),
            ("https://h", "https://…"),
            ("https://h/", "https://h/…"),
            ("https://h/a/eyJ", "https://h/a/…"),
            ("https://h/a?b", "https://h/a?…"),
            ("https://h/a?b=se", "https://h/a?b=…"),
            ("https://h/a?b=c&d", "https://h/a?b=…&…"),
            ("https://h/a#b", "https://h/a"),
        ] {
            assert_eq!(url(raw, true), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_a_surprise(raw in "\\PC{0,60}|[a-c:/?#@&=;%.\\[\\]0-9…-]{0,40}", is_cut: bool) {
            let shown = url(&raw, is_cut);
            prop_assert!(!shown.contains(char::is_control));
            prop_assert!(!shown.contains('#'));
            prop_assert_eq!(url(&url(&raw, false), false), url(&raw, false), "{}", raw);
        }

        #[test]
        fn no_secret_comes_out(
            secret in "SECRET[!-~]{0,9}",
            user in "[a-z]{0,5}",
            host in "[a-z]{1,9}(\\.[a-z]{2,5})?(:[0-9]{1,5})?",
            is_cut: bool,
        ) {
            for raw in [
                format!("https://{user}:{secret}@{host}/x"),
                format!("https://{secret}@{host}"),
                format!("//{secret}@{host}/x"),
                format!("https://{host}/x?q={secret}"),
                format!("https://{host}/x?a=1&q={secret}&b=2"),
                format!("https://{host}/x#{secret}"),
                format!("https://{host}/x;s={secret}"),
                secret.clone(),
            ] {
                let shown = url(&raw, is_cut);
                // A slash, a question mark or the like begins another part, as it does for a server.
                let is_whole = !secret.contains(['/', '?', '#', '&', ';']);
                prop_assert!(!is_whole || !shown.contains("SECRET"), "{} {}", raw, shown);
            }
        }
    }
}
