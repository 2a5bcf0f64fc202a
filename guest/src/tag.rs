//! Tags, held to Test Engine's rules (<https://buildkite.com/docs/test-engine/test-suites/tags>).

use crate::json::{Json, Writer};
use crate::limits;
use crate::scrub::without_escapes;

/// The tags of one execution, or of an upload, by their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Vec<(String, String)>);

/// A tag that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Which one, in words: `tag team`.
    pub tag: String,
    /// The rule that it breaks.
    pub why: &'static str,
}

impl Tags {
    /// Adds a tag; of two with the same key the later one counts.
    ///
    /// # Errors
    ///
    /// Where the tag is left out.
    pub fn add(
        &mut self,
        key: Option<Json<'static>>,
        value: Option<Json<'static>>,
    ) -> Result<(), Refused> {
        let key = match key {
            Some(Json::Text(key)) => key.into_owned(),
            key => {
                return Err(Refused {
                    tag: "a tag".to_owned(),
                    why: match key {
                        Some(_) => "the key is not a text",
                        None => "it has no key",
                    },
                });
            }
        };
        let why = match value {
            None => "it has no value",
            Some(Json::Text(value)) => {
                let value = without_escapes(value.into_owned());
                match self.broken_rule(&key, &value) {
                    Some(why) => why,
                    None => {
                        self.insert(key, value);
                        return Ok(());
                    }
                }
            }
            Some(_) => "the value is not a text",
        };
        Err(Refused {
            tag: format!("tag {key}"),
            why,
        })
    }

    /// Adds a tag of the collector's own, if there is room beside those of the user.
    pub fn add_own(&mut self, key: &str, value: &str) {
        if self.place(key).is_err() && self.broken_rule(key, value).is_none() {
            self.insert(key.to_owned(), value.to_owned());
        }
    }

    /// Each key and its value, by their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes them as an object.
    pub fn write(&self, json: &mut Writer) {
        json.object(&self.0, |json, (key, value)| {
            json.text(key).raw(":").text(value);
        });
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(known, _)| known.as_str().cmp(key))
    }

    fn insert(&mut self, key: String, value: String) {
        match self.place(&key) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Which rule a tag breaks.
    fn broken_rule(&self, key: &str, value: &str) -> Option<&'static str> {
        let mut keys = self.0.iter().map(|(key, _)| key.as_str());
        let rules: [(bool, &str); 8] = [
            (
                key.starts_with(|c: char| c.is_ascii_alphabetic()),
                "the key does not begin with a letter",
            ),
            (
                key.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')),
                "the key has other characters than letters, digits, _, - and .",
            ),
            (
                key.len() < limits::TAG_KEY_BYTES,
                "the key is not shorter than 64 bytes",
            ),
            (
                key != "mut" && !key.starts_with("mut."),
                "keys that begin with mut are reserved",
            ),
            (!value.trim().is_empty(), "the value is blank"),
            (
                value.len() < limits::TAG_VALUE_BYTES,
                "the value is not shorter than 128 bytes",
            ),
            (
                self.place(key).is_ok() || self.0.len() < limits::TAGS,
                "there are ten tags already",
            ),
            (
                !keys.any(|other| is_part(key, other) || is_part(other, key)),
                "the key is the beginning of another, or another of it",
            ),
        ];
        rules
            .into_iter()
            .find_map(|(holds, why)| (!holds).then_some(why))
    }
}

/// Whether a key is a dotted prefix of another: `a` is one of `a.b`, but not of `ab`.
fn is_part(key: &str, other: &str) -> bool {
    other
        .strip_prefix(key)
        .is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(tags: &mut Tags, key: &str, value: &str) -> Result<(), &'static str> {
        let text = |text: &str| Some(Json::Text(text.to_owned().into()));
        tags.add(text(key), text(value)).map_err(|refused| {
            assert_eq!(refused.tag, format!("tag {key}"));
            refused.why
        })
    }

    fn written(tags: &Tags) -> String {
        let mut json = Writer::default();
        tags.write(&mut json);
        json.into_string()
    }

    #[test]
    fn each_rule_is_held() {
        let long_key = "k".repeat(64);
        let long_value = "v".repeat(128);
        for (key, value, why) in [
            ("1a", "x", "begin with a letter"),
            ("", "x", "begin with a letter"),
            ("a b", "x", "other characters"),
            ("ä", "x", "begin with a letter"),
            ("aä", "x", "other characters"),
            (&long_key, "x", "64 bytes"),
            ("mut", "x", "reserved"),
            ("mut.a", "x", "reserved"),
            ("a", " ", "blank"),
            ("a", "\u{1b}[0m", "blank"),
            ("a", &long_value, "128 bytes"),
        ] {
            let refused = add(&mut Tags::default(), key, value).unwrap_err();
            assert!(refused.contains(why), "{key} {value}: {refused}");
        }
        for (key, value) in [
            ("mutable", "x"),
            ("a_b-c.d9", "x"),
            (&long_key[1..], &long_value[1..]),
        ] {
            assert_eq!(add(&mut Tags::default(), key, value), Ok(()));
        }
    }

    #[test]
    fn a_key_is_no_part_of_another() {
        let mut tags = Tags::default();
        add(&mut tags, "a.b", "x").unwrap();
        assert!(add(&mut tags, "a", "x").is_err());
        assert!(add(&mut tags, "a.b.c", "x").is_err());
        add(&mut tags, "a.c", "x").unwrap();
        add(&mut tags, "ab", "z").unwrap();
        add(&mut tags, "a.b", "\u{1b}[1my").unwrap();
        assert_eq!(written(&tags), r#"{"a.b":"y","a.c":"x","ab":"z"}"#);
    }

    #[test]
    fn ten_is_enough() {
        let mut tags = Tags::default();
        for n in 0..10 {
            add(&mut tags, &format!("key{n}"), "x").unwrap();
        }
        assert!(add(&mut tags, "key10", "x").unwrap_err().contains("ten"));
        add(&mut tags, "key9", "y").unwrap();
        assert_eq!(tags.0.len(), 10);
    }

    #[test]
    fn a_tag_of_our_own_takes_no_room_and_replaces_nothing() {
        let mut tags = Tags::default();
        for n in 0..9 {
            add(&mut tags, &format!("key{n}"), "x").unwrap();
        }
        let nine = tags.clone();
        tags.add_own("key0", "ours");
        tags.add_own("key0.part", "ours");
        assert_eq!(tags, nine);
        tags.add_own("ours", "y");
        assert!(written(&tags).ends_with(r#","ours":"y"}"#));
        let ten = tags.clone();
        tags.add_own("more", "y");
        assert_eq!(tags, ten);
    }

    #[test]
    fn what_is_no_text_is_said() {
        let mut tags = Tags::default();
        let mut refused = |key, value| {
            let refused = tags.add(key, value).unwrap_err();
            format!("{}: {}", refused.tag, refused.why)
        };
        let (text, number) = (Json::Text("a".into()), Json::Number("5".into()));
        assert_eq!(
            refused(Some(text.clone()), Some(number.clone())),
            "tag a: the value is not a text"
        );
        assert_eq!(refused(Some(text), None), "tag a: it has no value");
        assert_eq!(refused(Some(number), None), "a tag: the key is not a text");
        assert_eq!(refused(None, None), "a tag: it has no key");
    }
}
