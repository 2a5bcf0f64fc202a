//! What the host was told to do, as `run-started` carries it.

use serde_json::{Map, Value};

use crate::event::EventError;
use crate::fields::Fields;
use crate::found::Found;
use crate::text::{cut, parts};

/// The settings that are texts and end up in `run_env` under these names: those that win over what
/// is found, and those that only go through.
const TEXTS: [&str; 10] = [
    "key",
    "url",
    "branch",
    "commit_sha",
    "number",
    "job_id",
    "message",
    LOCATION_PREFIX,
    "execution_name_prefix",
    "execution_name_suffix",
];

/// What comes before the paths of all files.
pub const LOCATION_PREFIX: &str = "location_prefix";

/// Ends the names of the settings whose blanks may be meant.
const AFFIXES: [&str; 2] = ["prefix", "suffix"];

/// What the host was told to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    texts: Vec<(&'static str, String)>,
    /// Tags of every upload: an object, or a text that holds one or `key=value,key=value`.
    pub tags: Option<Value>,
    /// Further fields of `run_env`: an object, or a text that holds one.
    pub environment: Option<Value>,
    /// Whether a pull request's commit is its head, where the CI system says another.
    pub pull_request_head: bool,
}

impl Settings {
    /// Takes them from the object that holds them.
    ///
    /// # Errors
    ///
    /// [`EventError::Malformed`] where one has the wrong type.
    pub fn take(fields: &mut Fields<'_>) -> Result<Self, EventError> {
        let mut texts = Vec::new();
        for name in TEXTS {
            let Some(text) = fields.text(name)? else {
                continue;
            };
            let text = match AFFIXES.iter().any(|affix| name.ends_with(affix)) {
                true => text,
                false => text.trim().to_owned(),
            };
            if !text.is_empty() {
                texts.push((name, text));
            }
        }
        Ok(Self {
            texts,
            tags: fields.any("tags"),
            environment: fields.any("environment"),
            pull_request_head: fields.flag("pull_request_head")?.unwrap_or(false),
        })
    }

    /// A setting that is a text and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        let (_, text) = self.texts.iter().find(|(known, _)| *known == name)?;
        Some(text)
    }

    /// All settings that are texts and not empty.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.texts.iter().map(|(name, text)| (*name, text.as_str()))
    }
}

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
    for pair in parts(text, ",").map(str::trim) {
        if pair.is_empty() {
            continue;
        }
        match cut(pair, "=") {
            Some((key, value)) => {
                entries.insert(key.trim_end().to_owned(), value.trim_start().into());
            }
            None => problems.push(format!("setting {name}: no = in {pair}")),
        }
    }
    (entries, problems)
}
