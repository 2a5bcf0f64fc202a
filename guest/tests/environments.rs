//! What is true of every environment, however hostile.

use collector::environment::{self, Surroundings};
use collector::event::{self, Event};
use collector::json::Writer;
use collector::limits;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

const RUN: &str = "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b";

proptest! {
    #[test]
    fn every_environment_has_a_run(
        environment in variables(),
        found in variables(),
        settings in settings(),
        git in git(),
    ) {
        let line = json!({
            "event": "run-started", "format": 1, "id": RUN, "environment": environment,
            "found": found, "settings": settings, "git": git,
        });
        let run_env = run_env(&line);
        prop_assert_ne!(&run_env["CI"], &Value::Null);
        prop_assert_ne!(&run_env["key"], &Value::Null);
        for (name, value) in run_env {
            let chars = value.as_str().unwrap().chars().count();
            prop_assert!((1..=limits::RUN_ENV_CHARS).contains(&chars), "{}: {}", name, chars);
        }
    }

    #[test]
    fn blanks_around_values_say_nothing_of_new_systems(
        (name, value) in pair(),
        marker in select(vec!["GITLAB_CI", "JENKINS_URL", "TF_BUILD", "DRONE", "VERCEL"]),
        before in "[ \t\n]{0,2}",
        after in "[ \t\n]{0,2}",
    ) {
        let bare = json!({marker: "true", &name: value});
        let blank = json!({marker: "true", &name: format!("{before}{value}{after}")});
        let exact = ["BUILDKITE_", "CIRCLE_"].iter().any(|known| name.starts_with(known));
        prop_assume!(!exact);
        let of = |environment| run_env(&json!({
            "event": "run-started", "format": 1, "id": RUN, "environment": environment,
        }));
        prop_assert_eq!(of(bare), of(blank));
    }
}

fn run_env(line: &Value) -> Map<String, Value> {
    let Event::RunStarted(run) = event::parse(&line.to_string()).unwrap().event else {
        panic!("{line}");
    };
    let mut json = Writer::default();
    Surroundings::of(*run).run_env.write(&mut json);
    serde_json::from_str(&json.into_string()).unwrap()
}

fn variables() -> impl Strategy<Value = Map<String, Value>> {
    vec(pair(), 0..12).prop_map(|pairs| {
        let pairs = pairs.into_iter();
        pairs.map(|(name, value)| (name, value.into())).collect()
    })
}

/// A variable that is asked for, and a value that means something to some rule.
fn pair() -> impl Strategy<Value = (String, String)> {
    let value = prop_oneof![
        "[0-2]{0,2}",
        "(true|false|codepipeline/x|woodpecker|drone|LOCAL|detached|<default>)",
        "(refs/|heads/|tags/|remotes/|origin/|pr/|branch/|tag/|\\^\\{|\\}|\\{|[0-9a-f]{7}){0,4}",
        "(https://)?(u:p@)?[a-z/@?#]{0,9}",
        "[0-9a-f]{40}",
        "\\PC{0,20}",
        any::<String>(),
        Just("é".repeat(limits::RUN_ENV_CHARS + 1)),
    ];
    (select(environment::variables()), value)
}

fn settings() -> impl Strategy<Value = Value> {
    let text = || option::of(prop_oneof!["\\PC{0,9}", any::<String>()]);
    let texts = (text(), text(), text(), text());
    let json = || {
        prop_oneof![
            "[{}\\[\\]\":,=0-9a-z ]{0,30}".prop_map(Value::from),
            btree_map(
                "[a-z_]{0,9}",
                prop_oneof![
                    Just(json!(null)),
                    Just(json!(5)),
                    Just(json!([1])),
                    "\\PC{0,9}".prop_map(Value::from),
                ],
                0..4
            )
            .prop_map(|object| json!(object)),
            Just(json!([1])),
        ]
    };
    (texts, json(), json(), any::<bool>()).prop_map(
        |((key, url, message, location_prefix), tags, environment, pull_request_head)| {
            json!({
                "key": key, "url": url, "message": message, "location_prefix": location_prefix,
                "tags": tags, "environment": environment, "pull_request_head": pull_request_head,
            })
        },
    )
}

fn git() -> impl Strategy<Value = Value> {
    let commit = (
        "[0-9a-f]{0,40}|\\PC{0,9}",
        option::of("(Merge )?[0-9a-f]{40}( into [0-9a-f]{40})?"),
    )
        .prop_map(|(sha, message)| json!({"sha": sha, "message": message}));
    (option::of("HEAD|\\PC{0,9}"), vec(commit, 0..4))
        .prop_map(|(branch, commits)| json!({"branch": branch, "commits": commits}))
}
