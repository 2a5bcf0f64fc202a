//! How a `run-started` line is read.

use std::borrow::Cow;

use crate::event::error::{EventError, FORMAT};
use crate::event::fields::{Fields, flag, number, object, text, word};
use crate::event::run::{Commit, Git, RunStarted, Texts, Tool};
use crate::event::settings::Settings;
use crate::json::Json;
use crate::run_id::RunId;
use crate::scrub::without_escapes;

/// Reads what follows the event's name.
pub fn read(fields: &mut Fields<'_>) -> Result<RunStarted, EventError> {
    // First of all: another format may give any field another meaning.
    let format = fields.need("format", number)?;
    if format != u64::from(FORMAT) {
        let format = u32::try_from(format).unwrap_or(u32::MAX);
        return Err(EventError::UnsupportedFormat(format));
    }
    let id = fields.need("id", word)?;
    Ok(RunStarted {
        id: RunId::parse(&id).ok_or_else(|| EventError::Malformed("id: not a UUID".to_owned()))?,
        unix_time_ms: fields.optional("unix_time_ms", number),
        environment: texts(fields, "environment"),
        found: texts(fields, "found"),
        git: fields.inner("git", git),
        settings: fields.inner("settings", settings).unwrap_or_default(),
        collector: fields.inner("collector", tool),
        runner: fields.inner("runner", tool),
        language: fields.inner("language", tool),
    })
}

/// The texts in an object, by name. What is no text counts as absent.
fn texts(fields: &mut Fields<'_>, name: &'static str) -> Texts {
    let object = fields.optional(name, object).unwrap_or_default();
    let text = |(name, value): (Cow<'_, str>, Json<'_>)| {
        let value = without_escapes(text(value).ok()?);
        Some((name.into_owned(), value))
    };
    Texts(object.into_iter().filter_map(text).collect())
}

fn git(fields: &mut Fields<'_>) -> Result<Git, &'static str> {
    Ok(Git {
        branch: fields.optional("branch", text),
        commits: fields.each_inner("commits", commit),
    })
}

fn commit(fields: &mut Fields<'_>) -> Result<Commit, &'static str> {
    Ok(Commit {
        message: fields.optional("message", text),
        sha: fields.optional("sha", text).ok_or("no sha")?,
    })
}

fn tool(fields: &mut Fields<'_>) -> Result<Tool, &'static str> {
    Ok(Tool {
        version: fields.optional("version", text),
        name: fields.optional("name", text).ok_or("no name")?,
    })
}

fn settings(fields: &mut Fields<'_>) -> Result<Settings, &'static str> {
    let mut settings = Settings::default();
    for name in Settings::TEXTS {
        if let Some(text) = fields.optional(name, text) {
            settings.set(name, &without_escapes(text));
        }
    }
    settings.tags = fields.any("tags").map(Json::into_owned);
    settings.environment = fields.any("environment").map(Json::into_owned);
    settings.pull_request_head = fields.optional("pull_request_head", flag).unwrap_or(false);
    Ok(settings)
}
