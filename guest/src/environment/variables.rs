//! What is known of a run's surroundings, looked up by name.

use crate::event::RunStarted;

/// Begins the names that stand for settings, and not for what the host found.
pub const SETTING: &str = "settings.";

/// Values that say of a marker that it is none.
const NO: [&str; 3] = ["false", "0", "no"];

/// The variables of a run, and with a dot in their names the values that the host found in files.
/// An empty one counts as unset.
pub struct Variables<'a> {
    run: &'a RunStarted,
    /// Whether values are taken as they are: blanks around them stay, and any value is a marker.
    is_exact: bool,
}

impl<'a> Variables<'a> {
    pub const fn new(run: &'a RunStarted, is_exact: bool) -> Self {
        Self { run, is_exact }
    }

    pub fn get(&self, name: &str) -> Option<&'a str> {
        if let Some(setting) = name.strip_prefix(SETTING) {
            let is_on = setting == "pull_request_head" && self.run.settings.pull_request_head;
            return is_on.then_some("true");
        }
        let values = match name.contains('.') {
            true => &self.run.found,
            false => &self.run.environment,
        };
        let value = values.get(name)?;
        let value = match self.is_exact {
            true => value,
            false => value.trim(),
        };
        (!value.is_empty()).then_some(value)
    }

    /// The value of a variable that says yes or no by being set: none where it is a way to say no.
    pub fn marker(&self, name: &str) -> Option<&'a str> {
        self.get(name)
            .filter(|value| self.is_exact || !NO.iter().any(|no| value.eq_ignore_ascii_case(no)))
    }
}
