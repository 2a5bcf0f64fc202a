//! `run_env`: the run that an upload belongs to.

use std::borrow::Cow;

use super::Omission;
use super::entries::entries;
use super::git;
use super::provider::{Field, Provider};
use super::telemetry::Telemetry;
use super::variables::Variables;
use crate::event::{Git, RunStarted, Settings};
use crate::json::{Json, Object, Writer};
use crate::limits;
use crate::scrub::without_escapes;
use crate::text::{self, split_once};

/// Where nothing is known of the run's surroundings.
const GENERIC: &str = "generic";

/// The run that an upload belongs to, as Test Engine names it
/// (<https://buildkite.com/docs/test-engine/test-collection/ci-environments>).
///
/// Of two that say something the first counts: a setting of that name, the setting `environment`,
/// the CI system, git. The sibling collectors merge `environment` likewise over everything that
/// they found, the key and the collector's name not excepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEnv(Vec<(String, String)>);

impl RunEnv {
    /// The `run_env` of a run in a CI system, or in none; and what was left out or cut, in words.
    pub fn new(run: &mut RunStarted, provider: Option<&Provider>) -> (Self, Vec<Omission>) {
        let environment = run.settings.environment.take();
        let (environment, mut problems) = entries("environment", environment, false);
        let (environment, are_too_many) = further(environment);
        if are_too_many {
            problems.push(Omission {
                what: "setting environment".to_owned(),
                why: "it has too many fields, or too long names",
            });
        }
        let mut made = Making {
            settings: &run.settings,
            environment,
            values: Vec::new(),
            problems,
        };
        let variables = Variables::new(run, provider.is_some_and(|provider| provider.is_exact));
        let none = Git::default();
        let git = run.git.as_ref().unwrap_or(&none);

        made.field(
            "CI",
            Some(provider.map_or(GENERIC, |provider| provider.name)),
        );
        for (name, field) in FIELDS {
            let own = provider.and_then(|provider| provider.value(field, &variables));
            let found = match field {
                Field::Key => own.or_else(|| Some(run.id.text())),
                Field::Branch => own.or_else(|| git::branch(git)),
                Field::CommitSha => git::commit_sha(git, own),
                Field::Message => git::message(git, own, made.value("commit_sha")),
                Field::Url | Field::Number | Field::JobId => own,
            };
            made.field(name, found.as_deref());
        }
        for (tool, name, version) in [
            (&run.collector, "collector", "version"),
            (&run.runner, "test_runner", ""),
            (&run.language, "", "language_version"),
        ] {
            if let Some(tool) = tool {
                made.field(name, Some(&tool.name));
                made.field(version, tool.version.as_deref());
            }
        }
        for (name, text) in run.settings.texts() {
            if made.value(name).is_none() {
                made.field(name, Some(text));
            }
        }
        for (name, value) in std::mem::take(&mut made.environment) {
            made.add(&name, &value);
        }
        (Self(made.values), made.problems)
    }
}

/// What a CI system may say, in the order in which it is sent. The message needs the commit.
const FIELDS: [(&str, Field); 7] = [
    ("key", Field::Key),
    ("url", Field::Url),
    ("branch", Field::Branch),
    ("commit_sha", Field::CommitSha),
    ("number", Field::Number),
    ("job_id", Field::JobId),
    ("message", Field::Message),
];

impl RunEnv {
    /// A value by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// What the run's traces say of where it takes place, by the conventions of OpenTelemetry
    /// (<https://opentelemetry.io/docs/specs/semconv/resource/cicd/>).
    pub(super) fn telemetry(&self, run: &RunStarted, worker: Option<&str>) -> Telemetry {
        let variables = Variables::new(run, false);
        let is_ci = self.get("CI") != Some(GENERIC);
        // The key of a run on GitHub is made of more than its id.
        let id = variables.get("GITHUB_RUN_ID").or_else(|| self.get("key"));
        let branch = self.get("branch");
        let is_tag = |(name, value): &(String, String)| {
            Some(value.as_str()) == branch && name.contains("TAG")
        };
        let kind = match run.environment.0.iter().any(is_tag)
            || variables.get("GITHUB_REF_TYPE") == Some("tag")
        {
            true => "tag",
            false => "branch",
        };
        let language = run.language.as_ref();
        let version = language.and_then(|language| language.version.as_deref());
        let known = [
            ("cicd.pipeline.run.id", id.filter(|_| is_ci)),
            (
                "cicd.pipeline.run.url.full",
                self.get("url").filter(|_| is_ci),
            ),
            ("cicd.worker.id", worker),
            (
                "process.runtime.name",
                language.map(|language| language.name.as_str()),
            ),
            ("process.runtime.version", version),
            ("vcs.ref.head.name", branch),
            ("vcs.ref.head.revision", self.get("commit_sha")),
            ("vcs.ref.type", branch.map(|_| kind)),
        ];
        Telemetry::new(&Variables::new(run, true), &known)
    }

    /// Writes it as an object.
    pub fn write(&self, json: &mut Writer) {
        json.object(&self.0, |json, (name, value)| {
            json.text(name).raw(":").text(value);
        });
    }
}

/// A `run_env` on the way.
struct Making<'a> {
    settings: &'a Settings,
    /// What the setting `environment` says and has not been taken yet.
    environment: Vec<(String, String)>,
    values: Vec<(String, String)>,
    problems: Vec<Omission>,
}

impl Making<'_> {
    /// Adds a field, by what was set or else found.
    fn field(&mut self, name: &str, found: Option<&str>) {
        let place = self.environment.iter().position(|(key, _)| key == name);
        let further = place.map(|place| self.environment.remove(place).1);
        let set = self.settings.text(name).or(further.as_deref());
        match set.or(found) {
            Some(value) if !name.is_empty() && !value.is_empty() => self.add(name, value),
            _ => {}
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        let value = match name {
            // A page's address may hold what opens it, and a key may be an address.
            "url" | "key" => &without_credentials(value),
            _ => value,
        };
        let (value, is_cut) = text::shortened(value, limits::RUN_ENV_CHARS);
        if is_cut {
            self.problems.push(Omission {
                what: format!("run_env {name}"),
                why: "it is cut",
            });
        }
        let value = without_escapes(value.into_owned());
        if !value.is_empty() {
            self.values.push((name.to_owned(), value));
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.values.iter().find(|(known, _)| known == name)?;
        Some(value)
    }
}

/// Further fields as texts, each name once and by its last value; and whether there were too many.
/// Those that say nothing are none.
fn further(fields: Object<'static>) -> (Vec<(String, String)>, bool) {
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut are_too_many = false;
    for (name, value) in fields {
        let text = match value {
            Json::Null => continue,
            Json::Text(text) => text.into_owned(),
            other => Writer::of(&other),
        };
        if name.is_empty() || text.is_empty() {
            continue;
        }
        let place = texts.iter().position(|(known, _)| *known == name);
        match place {
            Some(place) => texts[place].1 = text,
            None if texts.len() < limits::RUN_ENV_FIELDS
                && name.len() <= limits::RUN_ENV_NAME_BYTES =>
            {
                texts.push((name.into_owned(), text));
            }
            None => are_too_many = true,
        }
    }
    (texts, are_too_many)
}

/// An address without the user and the password that may stand before its host.
fn without_credentials(address: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = split_once(address, "://") else {
        return address.into();
    };
    let mut user_ends = None;
    for (place, byte) in rest.bytes().enumerate() {
        match byte {
            b'@' => user_ends = Some(place + 1),
            b'/' | b'?' | b'#' => break,
            _ => {}
        }
    }
    match user_ends.and_then(|place| rest.get(place..)) {
        Some(rest) => format!("{scheme}://{rest}").into(),
        None => address.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_credentials() {
        for (address, expected) in [
            ("https://user:token@x.com/a@b", "https://x.com/a@b"),
            ("https://a@b@x.com?c", "https://x.com?c"),
            ("https://x.com/?user=a@b", "https://x.com/?user=a@b"),
            ("https://x.com#a@b", "https://x.com#a@b"),
            ("acme/widgets@1", "acme/widgets@1"),
        ] {
            assert_eq!(without_credentials(address), expected);
        }
    }
}
