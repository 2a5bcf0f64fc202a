//! Where a run takes place: from environment variables to `run_env`.
//!
//! Each CI system is one entry of [`providers::PROVIDERS`], which reads like the system's own
//! documentation. This file is what all entries share: how a variable is looked up, how a value is
//! made from variables, and which of the systems it is.

mod providers;
mod template;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::{RunStarted, Tag};
use providers::PROVIDERS;

/// A CI system: how it is known, and which variables say what about the run.
///
/// A condition is a variable that must be set, and all conditions of `detect` must hold. A value is
/// a list of [templates](template); the first whose variables are all set gives the value.
struct Provider {
    /// What Test Engine knows the system by.
    name: &'static str,
    /// The system's documentation of its variables.
    #[expect(dead_code, reason = "for those who read the entry")]
    docs: &'static str,
    detect: &'static [&'static str],
    key: &'static [&'static str],
    url: &'static [&'static str],
    branch: &'static [&'static str],
    commit_sha: &'static [&'static str],
    number: &'static [&'static str],
    job_id: &'static [&'static str],
    message: &'static [&'static str],
}

/// Where nothing is known of the run's surroundings.
const GENERIC: &str = "generic";

/// The agent that runs the tests, sent as the upload's tag [`WORKER_TAG`].
const WORKER: &str = "BUILDKITE_AGENT_ID";
const WORKER_TAG: &str = "ci.worker.id";

/// The environment variables that are wanted, each once.
#[must_use]
pub fn variables() -> Vec<String> {
    let mut names: Vec<&str> = vec![WORKER];
    for provider in PROVIDERS {
        let templates = provider.values().into_iter().flatten().copied();
        let detect = provider.detect.iter().copied();
        for name in detect.chain(templates.flat_map(template::variables)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

/// The run that an upload belongs to, as Test Engine's `run_env` names it
/// (<https://buildkite.com/docs/test-engine/test-collection/ci-environments>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunEnv {
    #[serde(rename = "CI")]
    ci: &'static str,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_sha: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_runner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language_version: Option<String>,
}

impl RunEnv {
    /// The `run_env` of a run.
    #[must_use]
    pub fn new(run: &RunStarted) -> Self {
        let environment = Variables(&run.environment);
        let provider = PROVIDERS.iter().find(|p| p.is_here(&environment));
        let value = |templates: fn(&Provider) -> &'static [&'static str]| {
            template::first(templates(provider?), &environment)
        };
        Self {
            ci: provider.map_or(GENERIC, |p| p.name),
            key: value(|p| p.key).unwrap_or_else(|| run.id.text()),
            url: value(|p| p.url),
            branch: value(|p| p.branch),
            commit_sha: value(|p| p.commit_sha),
            number: value(|p| p.number),
            job_id: value(|p| p.job_id),
            message: value(|p| p.message),
            collector: run.collector.as_ref().map(|tool| tool.name.clone()),
            version: run.collector.as_ref().and_then(|tool| tool.version.clone()),
            test_runner: run.runner.as_ref().map(|tool| tool.name.clone()),
            language_version: run.language.as_ref().and_then(|tool| tool.version.clone()),
        }
    }
}

/// The tag that the surroundings give to every upload of a run: who ran it.
#[must_use]
pub fn tag(run: &RunStarted) -> Option<Tag> {
    let worker = Variables(&run.environment).get(WORKER)?;
    Some(Tag {
        execution: None,
        key: Some(WORKER_TAG.into()),
        value: Some(worker.into()),
    })
}

impl Provider {
    fn is_here(&self, environment: &Variables<'_>) -> bool {
        self.detect
            .iter()
            .all(|name| environment.get(name).is_some())
    }

    const fn values(&self) -> [&'static [&'static str]; 7] {
        [
            self.key,
            self.url,
            self.branch,
            self.commit_sha,
            self.number,
            self.job_id,
            self.message,
        ]
    }
}

/// The variables of a run. An empty one counts as unset.
struct Variables<'a>(&'a Map<String, Value>);

impl<'a> Variables<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::identity::RunId;

    const RUN: &str = "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b";

    fn run(environment: &[(&str, &str)]) -> RunStarted {
        RunStarted {
            id: RunId::parse(RUN).unwrap(),
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            collector: None,
            runner: None,
            language: None,
        }
    }

    #[test]
    fn without_a_ci_system_the_run_is_its_own_key() {
        let run_env = RunEnv::new(&run(&[("BUILDKITE_BUILD_ID", "")]));
        assert_eq!(json!(run_env), json!({"CI": "generic", "key": RUN}));
    }

    #[test]
    fn the_agent_is_a_tag_of_the_upload() {
        let tag = tag(&run(&[(WORKER, "agent-7")])).unwrap();
        assert_eq!(
            (tag.key, tag.value),
            (Some("ci.worker.id".into()), Some("agent-7".into()))
        );
        assert_eq!(super::tag(&run(&[])), None);
    }

    #[test]
    fn each_wanted_variable_is_named_once() {
        let names = variables();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in ["BUILDKITE_AGENT_ID", "GITHUB_HEAD_REF", "CIRCLE_SHA1"] {
            assert!(names.iter().any(|wanted| wanted == name), "{name}");
        }
    }

    #[test]
    fn providers_have_names_of_their_own() {
        let names: BTreeSet<_> = PROVIDERS.iter().map(|p| p.name).collect();
        assert_eq!(names.len(), PROVIDERS.len());
    }
}
