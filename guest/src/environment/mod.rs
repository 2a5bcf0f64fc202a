//! Where a run takes place: from environment variables to `run_env` and the upload's tags.
//!
//! Each CI system is an entry of [`providers`], which reads like the system's own documentation.
//! What all entries share has a file each:
//!
//! ```text
//! variables ──condition──► provider ──template, filter──► run_env ◄── settings, git
//! ```

mod condition;
mod entries;
mod filter;
mod git;
mod provider;
mod providers;
mod run_env;
mod template;
mod variables;

use serde_json::Value;

use crate::event::{LOCATION_PREFIX, RunStarted, Tag};
use entries::entries;
use providers::PROVIDERS;
pub use run_env::RunEnv;
use variables::{SETTING, Variables};

/// The agent that runs the tests, sent as the upload's tag [`WORKER_TAG`].
const WORKER: &str = "BUILDKITE_AGENT_ID";
const WORKER_TAG: &str = "ci.worker.id";

/// What is wanted of a run's surroundings, each once: environment variables by their names, and
/// values in files by names with a dot in them.
#[must_use]
pub fn variables() -> Vec<String> {
    let mut names = vec![WORKER];
    for name in PROVIDERS.iter().flat_map(|provider| provider.variables()) {
        if !names.contains(&name) && !name.starts_with(SETTING) {
            names.push(name);
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

/// What the surroundings of a run mean for its uploads.
#[derive(Debug, Clone, PartialEq)]
pub struct Surroundings {
    /// The run that they belong to.
    pub run_env: RunEnv,
    /// Their tag that says who ran it.
    pub worker: Option<Tag>,
    /// Their tags that the host was told.
    pub tags: Vec<Tag>,
    /// What comes before the paths of all files.
    pub location_prefix: Option<String>,
    /// What a person should hear of, a sentence each.
    pub problems: Vec<String>,
}

impl Surroundings {
    /// Those of a run.
    #[must_use]
    pub fn of(mut run: RunStarted) -> Self {
        let provider = PROVIDERS
            .iter()
            .copied()
            .find(|provider| provider.is_here(&Variables::new(&run, provider.is_exact)));
        let (run_env, mut problems) = RunEnv::new(&mut run, provider);
        let (tags, malformed) = entries("tags", run.settings.tags.take(), true);
        problems.extend(malformed);
        let worker = Variables::new(&run, true).get(WORKER);
        Self {
            run_env,
            worker: worker.map(|worker| tag(WORKER_TAG.to_owned(), worker.into())),
            tags: tags
                .into_iter()
                .map(|(key, value)| tag(key, value))
                .collect(),
            location_prefix: run.settings.text(LOCATION_PREFIX).map(str::to_owned),
            problems,
        }
    }
}

/// A tag of the whole upload.
fn tag(key: String, value: Value) -> Tag {
    Tag {
        execution: None,
        key: Some(key.into()),
        value: Some(value),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::event::{self, Event};
    use serde_json::json;

    const RUN: &str = "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b";

    /// A run with these variables.
    pub fn run(environment: &[(&str, &str)]) -> RunStarted {
        let environment: serde_json::Map<_, _> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect();
        started(json!({ "environment": environment }))
    }

    /// A run of whose `run-started` these are further fields.
    fn started(fields: Value) -> RunStarted {
        let mut line = json!({"event": "run-started", "format": 1, "id": RUN});
        let fields = fields.as_object().unwrap().clone();
        line.as_object_mut().unwrap().extend(fields);
        match event::parse(&line.to_string()).unwrap().event {
            Event::RunStarted(run) => *run,
            other => panic!("{other:?}"),
        }
    }

    fn surroundings(fields: Value) -> Surroundings {
        Surroundings::of(started(fields))
    }

    #[test]
    fn without_a_ci_system_the_run_is_its_own_key() {
        let run_env = Surroundings::of(run(&[("BUILDKITE_BUILD_ID", "")])).run_env;
        assert_eq!(json!(run_env), json!({"CI": "generic", "key": RUN}));
    }

    #[test]
    fn each_wanted_variable_is_named_once() {
        let names = variables();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in [WORKER, "GITHUB_HEAD_REF", "SHIPPABLE", "teamcity.build.id"] {
            assert!(names.iter().any(|wanted| wanted == name), "{name}");
        }
        assert!(names.iter().all(|name| !name.starts_with(SETTING)));
    }

    #[test]
    fn providers_have_names_and_documentation_of_their_own() {
        let names: BTreeSet<_> = PROVIDERS.iter().map(|provider| provider.name).collect();
        assert_eq!(names.len(), PROVIDERS.len());
        for provider in PROVIDERS {
            assert!(provider.docs.starts_with("https://"), "{}", provider.name);
        }
    }

    #[test]
    fn a_setting_wins_over_the_environment_and_that_over_all_else() {
        let run_env = surroundings(json!({
            "environment": {
                "BUILDKITE_BUILD_ID": "1", "BUILDKITE_BRANCH": "main", "BUILDKITE_COMMIT": "c",
                "BUILDKITE_MESSAGE": "m",
            },
            "settings": {
                "key": " mine\n", "branch": "", "commit_sha": "mine",
                "environment": {"branch": "theirs", "commit_sha": "theirs", "shard": 3, "a": null},
            },
        }))
        .run_env;
        assert_eq!(
            json!(run_env),
            json!({
                "CI": "buildkite", "key": "mine", "branch": "theirs", "commit_sha": "mine",
                "message": "m", "shard": "3",
            })
        );
    }

    #[test]
    fn affixes_go_as_they_are() {
        let made = surroundings(json!({"settings": {
            "key": "k", "execution_name_prefix": "linux ", "execution_name_suffix": "",
            "location_prefix": "apps/shop/", "environment": {"location_prefix": "other"},
        }}));
        assert_eq!(
            json!(made.run_env),
            json!({
                "CI": "generic", "key": "k", "execution_name_prefix": "linux ",
                "location_prefix": "apps/shop/",
            })
        );
        assert_eq!(made.location_prefix.as_deref(), Some("apps/shop/"));
    }

    fn tags(fields: Value) -> (Value, Vec<String>) {
        let made = surroundings(fields);
        let tags: serde_json::Map<_, _> = made
            .worker
            .into_iter()
            .chain(made.tags)
            .map(|tag| {
                (
                    tag.key.unwrap().as_str().unwrap().to_owned(),
                    tag.value.unwrap(),
                )
            })
            .collect();
        (tags.into(), made.problems)
    }

    #[test]
    fn tags_are_an_object_or_pairs() {
        for setting in [
            json!({"team": "shop", "url": "a=b"}),
            json!(r#" {"team": "shop", "url": "a=b"}"#),
            json!("team=shop,url=a=b"),
            json!(" team = shop , ,url=a=b,"),
        ] {
            let made = tags(json!({"settings": {"tags": setting}}));
            assert_eq!(made, (json!({"team": "shop", "url": "a=b"}), vec![]));
        }
        for setting in [json!(null), json!(""), json!(" ")] {
            let made = tags(json!({"settings": {"tags": setting}}));
            assert_eq!(made, (json!({}), vec![]));
        }
    }

    #[test]
    fn a_malformed_setting_is_told_and_the_good_part_kept() {
        for (setting, kept, told) in [
            (
                json!("team=shop,green"),
                json!({"team": "shop"}),
                "setting tags: no = in green",
            ),
            (
                json!("{team=shop"),
                json!({}),
                "setting tags: not a JSON object: ",
            ),
            (
                json!([1]),
                json!({}),
                "setting tags: neither a text nor an object",
            ),
        ] {
            let (tags, problems) = tags(json!({"settings": {"tags": setting}}));
            assert_eq!(tags, kept);
            assert!(
                matches!(problems.as_slice(), [one] if one.starts_with(told)),
                "{problems:?}"
            );
        }
        for setting in [json!("a=b"), json!("[]"), json!("{")] {
            let made = surroundings(json!({"settings": {"environment": setting, "key": "k"}}));
            assert_eq!(json!(made.run_env), json!({"CI": "generic", "key": "k"}));
            let told = "setting environment: not a JSON object";
            assert!(made.problems[0].starts_with(told), "{:?}", made.problems);
        }
    }

    #[test]
    fn the_agent_is_a_tag_of_the_upload() {
        let agent = json!({WORKER: "agent-7"});
        assert_eq!(
            tags(json!({"environment": agent})).0,
            json!({"ci.worker.id": "agent-7"})
        );
    }

    #[test]
    fn a_long_value_is_cut_and_told() {
        let long = "x".repeat(1 << 20);
        let made = surroundings(json!({"environment": {
            "BUILDKITE_BUILD_ID": "1", "BUILDKITE_BRANCH": long,
        }}));
        let branch = json!(made.run_env)["branch"]
            .as_str()
            .unwrap()
            .chars()
            .count();
        assert_eq!(branch, crate::limits::RUN_ENV_CHARS);
        assert_eq!(made.problems, ["run_env branch: cut to 10240 characters"]);
    }
}
