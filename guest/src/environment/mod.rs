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
mod telemetry;
mod template;
mod variables;

use crate::event::{LOCATION_PREFIX, RunStarted, Tag};
use crate::json::Json;
use entries::entries;
use providers::PROVIDERS;
pub use run_env::RunEnv;
pub use telemetry::{Parent, Telemetry};
use variables::{SETTING, Variables};

/// The agent that runs the tests.
const WORKER: &str = "BUILDKITE_AGENT_ID";

/// What is wanted of a run's surroundings, each once: environment variables by their names, and
/// values in files by names with a dot in them.
#[must_use]
pub fn variables() -> Vec<String> {
    let mut names = vec![WORKER];
    let of_providers = PROVIDERS.iter().flat_map(|provider| provider.variables());
    for name in of_providers.chain(telemetry::WANTED) {
        if !names.contains(&name) && !name.starts_with(SETTING) {
            names.push(name);
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

/// Something that was left out or cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omission {
    /// Of what. It quotes no value, which may be a secret.
    pub what: String,
    /// Why.
    pub why: &'static str,
}

/// What the surroundings of a run mean for its uploads.
#[derive(Debug, Clone, PartialEq)]
pub struct Surroundings {
    /// The run that they belong to.
    pub run_env: RunEnv,
    /// Who runs it.
    pub worker: Option<String>,
    /// The tags that the user has set, in their places; none where nothing useful stands.
    pub tags: Vec<Option<Tag>>,
    /// What comes before the paths of all files.
    pub location_prefix: Option<String>,
    /// What is said of its traces.
    pub telemetry: Telemetry,
    /// What was left out or cut.
    pub problems: Vec<Omission>,
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
        let exact = Variables::new(&run, true);
        let worker = exact.get(WORKER);
        let telemetry = run_env.telemetry(&run, worker);
        Self {
            run_env,
            worker: worker.map(str::to_owned),
            telemetry,
            tags: tags
                .into_iter()
                .map(|(key, value)| match value {
                    Json::Null => None,
                    value => Some(Tag {
                        execution: None,
                        key: Some(Json::Text(key)),
                        value: Some(value),
                    }),
                })
                .collect(),
            location_prefix: run.settings.text(LOCATION_PREFIX).map(str::to_owned),
            problems,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::event::{self, Event};
    use serde_json::{Value, json};

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

    /// The `run_env` as JSON.
    fn run_env(made: &Surroundings) -> Value {
        let mut json = crate::json::Writer::default();
        made.run_env.write(&mut json);
        serde_json::from_str(&json.into_string()).unwrap()
    }

    /// What was left out, in words.
    fn omissions(made: &Surroundings) -> Vec<String> {
        let problems = made.problems.iter();
        problems
            .map(|problem| format!("{}: {}", problem.what, problem.why))
            .collect()
    }

    fn surroundings(fields: Value) -> Surroundings {
        Surroundings::of(started(fields))
    }

    #[test]
    fn without_a_ci_system_the_run_is_its_own_key() {
        let made = Surroundings::of(run(&[("BUILDKITE_BUILD_ID", "")]));
        assert_eq!(run_env(&made), json!({"CI": "generic", "key": RUN}));
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
        let made = surroundings(json!({
            "environment": {
                "BUILDKITE_BUILD_ID": "1", "BUILDKITE_BRANCH": "main", "BUILDKITE_COMMIT": "c",
                "BUILDKITE_MESSAGE": "m",
            },
            "settings": {
                "key": " mine\n", "branch": "", "commit_sha": "mine",
                "environment": {"branch": "theirs", "commit_sha": "theirs", "shard": 3, "a": null},
            },
        }));
        assert_eq!(
            run_env(&made),
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
            run_env(&made),
            json!({
                "CI": "generic", "key": "k", "execution_name_prefix": "linux ",
                "location_prefix": "apps/shop/",
            })
        );
        assert_eq!(made.location_prefix.as_deref(), Some("apps/shop/"));
    }

    fn tags(fields: Value) -> (Value, Vec<String>) {
        let made = surroundings(fields);
        let omissions = omissions(&made);
        let tags = made.tags.into_iter().flatten().map(|tag| {
            let texts =
                [tag.key, tag.value].map(|json| json.unwrap().as_text().unwrap().to_owned());
            let [key, value] = texts;
            (key, Value::from(value))
        });
        (Value::Object(tags.collect()), omissions)
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
    fn a_malformed_setting_is_reported_and_the_good_part_kept() {
        for (setting, kept, omission) in [
            (
                json!("team=shop,SECRET,,x=1,SECRET"),
                json!({"team": "shop", "x": "1"}),
                "setting tags, entry 2: it has no =",
            ),
            (
                json!("{team=shop"),
                json!({}),
                "setting tags, byte 2: it is not a JSON object",
            ),
            (
                json!([1]),
                json!({}),
                "setting tags: it is neither a text nor an object",
            ),
        ] {
            let (tags, omissions) = tags(json!({"settings": {"tags": setting}}));
            assert_eq!((tags, omissions[0].as_str()), (kept, omission));
        }
        for setting in [json!("a=b"), json!("[]"), json!("{")] {
            let made = surroundings(json!({"settings": {"environment": setting, "key": "k"}}));
            assert_eq!(run_env(&made), json!({"CI": "generic", "key": "k"}));
            let omissions = omissions(&made);
            assert!(
                omissions[0].ends_with(": it is not a JSON object"),
                "{omissions:?}"
            );
        }
    }

    #[test]
    fn names_and_values_are_scrubbed() {
        let made = surroundings(json!({
            "environment": {"BUILDKITE_BUILD_ID": "\u{1b}[1m1", "BUILDKITE_BRANCH": "\u{1b}[0m"},
            "settings": {
                "url": "\u{9b}0mu",
                "environment": "{\"\\u001b[1ma\":\"\\u001b[1mb\",\"c\":[\"\\u0000d\"]}",
            },
        }));
        assert_eq!(
            run_env(&made),
            json!({"CI": "buildkite", "key": "1", "url": "u", "a": "b", "c": "[\"d\"]"})
        );
        let (tags, _) = tags(json!({"settings": {"tags": "{\"\\u001b[1ma\":\"b\"}"}}));
        assert_eq!(tags, json!({"a": "b"}));
    }

    #[test]
    fn the_fields_of_a_user_have_a_greatest_number() {
        use crate::limits::{RUN_ENV_FIELDS, RUN_ENV_NAME_BYTES};
        let of = |count: usize, name_bytes: usize| {
            let mut fields: serde_json::Map<_, _> = (0..count)
                .map(|n| (format!("field{n}"), json!(n)))
                .collect();
            fields.remove("field0");
            fields.insert("x".repeat(name_bytes), json!("y"));
            surroundings(json!({"settings": {"environment": fields}}))
        };
        let most = of(RUN_ENV_FIELDS, RUN_ENV_NAME_BYTES);
        assert_eq!(
            run_env(&most).as_object().unwrap().len(),
            RUN_ENV_FIELDS + 2
        );
        assert!(most.problems.is_empty());
        let omission = ["setting environment: it has too many fields, or too long names"];
        for made in [
            of(RUN_ENV_FIELDS + 1, 1),
            of(RUN_ENV_FIELDS, RUN_ENV_NAME_BYTES + 1),
        ] {
            assert!(run_env(&made).as_object().unwrap().len() <= RUN_ENV_FIELDS + 2);
            assert_eq!(omissions(&made), omission);
        }
    }

    #[test]
    fn of_two_fields_of_a_user_the_later_one_counts() {
        let made = surroundings(json!({
            "settings": {"key": "k", "environment": r#"{"a":1,"b":2,"a":3,"b":null}"#},
        }));
        assert_eq!(
            run_env(&made),
            json!({"CI": "generic", "key": "k", "a": "3", "b": "2"})
        );
    }

    #[test]
    fn the_agent_is_who_runs_it() {
        let made = surroundings(json!({"environment": {WORKER: "agent-7"}}));
        assert_eq!(made.worker.as_deref(), Some("agent-7"));
    }

    #[test]
    fn a_long_value_is_cut_and_reported() {
        let chars = |length: usize| {
            let made = surroundings(json!({"environment": {
                "BUILDKITE_BUILD_ID": "1", "BUILDKITE_BRANCH": "ä".repeat(length),
            }}));
            let branch = run_env(&made)["branch"].as_str().unwrap().chars().count();
            (branch, omissions(&made))
        };
        let most = crate::limits::RUN_ENV_CHARS;
        assert_eq!(chars(most), (most, vec![]));
        assert_eq!(
            chars(most + 1),
            (most, vec!["run_env branch: it is cut".to_owned()])
        );
    }
}
