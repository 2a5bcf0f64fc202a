//! How a `run-started` line is read.

use crate::event::error::{EventError, FORMAT};
use crate::event::fields::Fields;
use crate::event::run::{Commit, Git, RunStarted, Tool};
use crate::event::settings::Settings;
use crate::run_id::RunId;

/// Reads what follows the event's name.
pub fn read(fields: &mut Fields<'_>) -> Result<RunStarted, EventError> {
    // First of all: another format may give any field another meaning.
    let format = fields.need("format", Fields::number)?;
    if format != u64::from(FORMAT) {
        let format = u32::try_from(format).unwrap_or(u32::MAX);
        return Err(EventError::UnsupportedFormat(format));
    }
    let id = fields.need("id", Fields::text)?;
    // For people who read a journal; nothing is computed from it.
    fields.number("unix_time_ms")?;
    Ok(RunStarted {
        id: RunId::parse(&id).ok_or_else(|| EventError::Malformed("id: not a UUID".to_owned()))?,
        environment: fields.object("environment")?.unwrap_or_default(),
        found: fields.object("found")?.unwrap_or_default(),
        git: fields.inner("git", git)?,
        settings: fields.inner("settings", settings)?.unwrap_or_default(),
        collector: fields.inner("collector", tool)?,
        runner: fields.inner("runner", tool)?,
        language: fields.inner("language", tool)?,
    })
}

fn git(fields: &mut Fields<'_>) -> Result<Git, EventError> {
    Ok(Git {
        branch: fields.text("branch")?,
        commits: fields.each("commits", commit)?,
    })
}

fn commit(fields: &mut Fields<'_>) -> Result<Commit, EventError> {
    Ok(Commit {
        sha: fields.need("sha", Fields::text)?,
        message: fields.text("message")?,
    })
}

fn tool(fields: &mut Fields<'_>) -> Result<Tool, EventError> {
    Ok(Tool {
        name: fields.need("name", Fields::text)?,
        version: fields.text("version")?,
    })
}

fn settings(fields: &mut Fields<'_>) -> Result<Settings, EventError> {
    let mut settings = Settings::default();
    for name in Settings::TEXTS {
        if let Some(text) = fields.text(name)? {
            settings.set(name, &text);
        }
    }
    settings.tags = fields.any("tags");
    settings.environment = fields.any("environment");
    settings.pull_request_head = fields.flag("pull_request_head")?.unwrap_or(false);
    Ok(settings)
}
