//! Tags, held to Test Engine's rules (<https://buildkite.com/docs/test-engine/test-suites/tags>).

use serde_json::{Map, Value};

use crate::event;
use crate::json::json;
use crate::limits;
use crate::scrub::without_escapes;

/// The tags of one execution, or of an upload.
#[derive(Debug, Clone, Default)]
pub struct Tags(Map<String, Value>);

impl Tags {
    /// Adds a tag; of two with the same key the later one counts.
    ///
    /// # Errors
    ///
    /// Why the tag is left out, in words.
    pub fn add(&mut self, tag: event::Tag) -> Result<(), String> {
        let (key, value) = match (tag.key, tag.value) {
            (Some(Value::String(key)), Some(Value::String(value))) => (key, without_escapes(value)),
            (Some(Value::String(key)), Some(_)) => {
                return Err(format!("tag {key}: the value is not a text"));
            }
            (Some(Value::String(key)), None) => return Err(format!("tag {key}: no value")),
            (Some(key), _) => return Err(format!("tag {}: the key is not a text", json(&key))),
            (None, _) => return Err("a tag without a key".to_owned()),
        };
        match self.refusal(&key, &value) {
            Some(why) => Err(format!("tag {key}: {why}")),
            None => {
                self.0.insert(key, Value::String(value));
                Ok(())
            }
        }
    }

    /// The tags as JSON has them.
    #[must_use]
    pub const fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Which rule a tag breaks.
    fn refusal(&self, key: &str, value: &str) -> Option<&'static str> {
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
                self.0.contains_key(key) || self.0.len() < limits::TAGS,
                "there are ten tags already",
            ),
            (
                !self
                    .0
                    .keys()
                    .any(|other| is_part(key, other) || is_part(other, key)),
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
    use serde_json::json;

    use super::*;

    fn add(tags: &mut Tags, key: &str, value: &str) -> Result<(), String> {
        tags.add(event::Tag {
            execution: None,
            key: Some(key.into()),
            value: Some(value.into()),
        })
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
        for (key, value) in [("mutable", "x"), (&long_key[1..], &long_value[1..])] {
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
        add(&mut tags, "a.b", "y").unwrap();
        assert_eq!(json!(tags.as_map()), json!({"a.b": "y", "a.c": "x"}));
    }

    #[test]
    fn ten_is_enough() {
        let mut tags = Tags::default();
        for n in 0..10 {
            add(&mut tags, &format!("key{n}"), "x").unwrap();
        }
        assert!(add(&mut tags, "key10", "x").unwrap_err().contains("ten"));
        add(&mut tags, "key9", "y").unwrap();
        assert_eq!(tags.as_map().len(), 10);
    }

    #[test]
    fn what_is_no_text_is_said() {
        let mut tags = Tags::default();
        let mut refused = |key, value| {
            tags.add(event::Tag {
                execution: None,
                key,
                value,
            })
            .unwrap_err()
        };
        assert_eq!(
            refused(Some("a".into()), Some(5.into())),
            "tag a: the value is not a text"
        );
        assert_eq!(refused(Some("a".into()), None), "tag a: no value");
        assert_eq!(
            refused(Some(5.into()), None),
            "tag 5: the key is not a text"
        );
        assert_eq!(refused(None, None), "a tag without a key");
    }
}
