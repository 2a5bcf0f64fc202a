//! Settings that hold keys and values, in each form that they may have.

use serde_json::{Map, Value};

use crate::json::Found;
use crate::text::{split, split_once};

/// The keys and values of a setting: those of an object, or of a text that holds one, or where
/// `pairs` are allowed of `key=value,key=value`; and what of it was left out, in words.
#[must_use]
pub fn entries(
    name: &str,
    setting: Option<Value>,
    pairs: bool,
) -> (Map<String, Value>, Vec<String>) {
    let text = match setting {
        None => return Default::default(),
        Some(Value::Object(object)) => return (object, Vec::new()),
        Some(Value::String(text)) => text,
        Some(_) => {
            let problem = format!("setting {name}: neither a text nor an object");
            return (Map::new(), vec![problem]);
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Default::default();
    }
    if !pairs || text.starts_with('{') {
        return match Found::parse(text).map(Found::into_value) {
            Ok(Value::Object(object)) => (object, Vec::new()),
            Ok(_) => (
                Map::new(),
                vec![format!("setting {name}: not a JSON object")],
            ),
            Err(error) => (
                Map::new(),
                vec![format!("setting {name}: not a JSON object: {error}")],
            ),
        };
    }
    let (mut entries, mut problems) = (Map::new(), Vec::new());
    for pair in split(text, ",").map(str::trim) {
        if pair.is_empty() {
            continue;
        }
        match split_once(pair, "=") {
            Some((key, value)) => {
                entries.insert(key.trim_end().to_owned(), value.trim_start().into());
            }
            None => problems.push(format!("setting {name}: no = in {pair}")),
        }
    }
    (entries, problems)
}
