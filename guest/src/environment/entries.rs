//! Settings that hold keys and values, in each form that they may have.

use std::borrow::Cow;

use super::Omission;
use crate::json::{self, Json, Object};
use crate::scrub::scrub_fields;
use crate::text::{split, split_once};

/// The keys and values of a setting: those of an object, or of a text that holds one, or where
/// `pairs` are allowed of `key=value,key=value`; and what of it was left out.
#[must_use]
pub fn entries(
    name: &str,
    setting: Option<Json<'static>>,
    pairs: bool,
) -> (Object<'static>, Vec<Omission>) {
    let omission = |place: &str, why| Omission {
        what: format!("setting {name}{place}"),
        why,
    };
    let text = match setting {
        None => return Default::default(),
        Some(Json::Object(object)) => return (scrubbed(object), Vec::new()),
        Some(Json::Text(text)) => text,
        Some(_) => {
            let why = "it is neither a text nor an object";
            return (Object::new(), vec![omission("", why)]);
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Default::default();
    }
    if !pairs || text.starts_with('{') {
        let place = match json::parse(text) {
            Ok(Json::Object(object)) => return (scrubbed(object), Vec::new()),
            Ok(_) => String::new(),
            Err(error) => format!(", byte {}", error.column),
        };
        return (
            Object::new(),
            vec![omission(&place, "it is not a JSON object")],
        );
    }
    let (mut entries, mut omissions) = (Object::new(), Vec::new());
    for (pair, position) in split(text, ",").map(str::trim).zip(1..) {
        let (key, value) = match split_once(pair, "=") {
            Some((key, value)) => {
                let value = Json::Text(Cow::Borrowed(value.trim_start()));
                (key.trim_end(), value)
            }
            // It stays as nothing, so that the place of each entry says which it is.
            None => ("", Json::Null),
        };
        if value == Json::Null && !pair.is_empty() {
            omissions.push(omission(&format!(", entry {position}"), "it has no ="));
        }
        entries.push((Cow::Borrowed(key), value));
    }
    (scrubbed(entries), omissions)
}

fn scrubbed(mut object: Object<'_>) -> Object<'static> {
    scrub_fields(&mut object);
    object
        .into_iter()
        .map(|(name, value)| (Cow::Owned(name.into_owned()), value.into_owned()))
        .collect()
}
