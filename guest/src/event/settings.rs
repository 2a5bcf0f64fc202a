//! What the host was told to do, as `run-started` carries it.

use crate::json::Json;

/// What comes before the paths of all files.
pub const LOCATION_PREFIX: &str = "location_prefix";

/// Ends the names of the settings whose blanks may be meant.
const AFFIXES: [&str; 2] = ["prefix", "suffix"];

/// What the host was told to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    texts: Vec<(&'static str, String)>,
    /// Tags of every upload: an object, or a text that holds one or `key=value,key=value`.
    pub tags: Option<Json<'static>>,
    /// Further fields of `run_env`: an object, or a text that holds one.
    pub environment: Option<Json<'static>>,
    /// Whether a pull request's commit is its head, where the CI system says another.
    pub pull_request_head: bool,
}

impl Settings {
    /// The settings that are texts and end up in `run_env` under these names: those that win over
    /// what is found, and those that only go through.
    pub const TEXTS: [&str; 10] = [
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

    /// Sets a text. One that is empty, or blank where blanks mean nothing, counts as absent.
    pub fn set(&mut self, name: &'static str, text: &str) {
        let text = match AFFIXES.iter().any(|affix| name.ends_with(affix)) {
            true => text,
            false => text.trim(),
        };
        if !text.is_empty() {
            self.texts.push((name, text.to_owned()));
        }
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
