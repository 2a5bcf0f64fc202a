//! `tests/environments`: what the built component makes of the variables of each CI system.

use std::collections::BTreeSet;
use std::fs;

use contract::case::Case;
use contract::host::{Collector, Host, MEMORY, MIB, Outputs, TraceEncoding};
use contract::{lines, repository};
use serde_json::{Map, Value, json};

const RUN: &str = "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b";

/// What stands in a vector for the run's own id.
const RANDOM: &str = "<uuid4>";

#[test]
fn every_vector_becomes_what_it_says() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let wanted = wanted(&mut collector);
    let mut wrong = Vec::new();
    for vector in vectors() {
        let name = format!("{}/{}", vector["provider"], vector["name"]);
        let mut environment = vector["env"].as_object().unwrap().clone();
        environment.retain(|variable, _| wanted.contains(variable));
        let run_env = run_env(&mut collector, &environment);

        let mut expected = vector["expect"].clone();
        assert_eq!(expected["CI"], vector["provider"], "{name}");
        if expected["key"] == RANDOM {
            expected["key"] = RUN.into();
        }
        if run_env != expected {
            wrong.push(format!(
                "{name}\n  is        {run_env}\n  should be {expected}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A variable that no vector is another without might as well have another name.
#[test]
fn every_variable_matters_in_a_vector() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let mut unproved = wanted(&mut collector);
    unproved.retain(|name| !name.contains('.') && name != "BUILDKITE_AGENT_ID");
    for vector in vectors() {
        let environment = vector["env"].as_object().unwrap();
        let run_env_with = run_env(&mut collector, environment);
        for name in environment.keys() {
            let mut without = environment.clone();
            without.remove(name);
            if unproved.contains(name) && run_env(&mut collector, &without) != run_env_with {
                unproved.remove(name);
            }
        }
    }
    // Some say nothing of a build, and are for traces.
    for environment in traced() {
        let traces_with = traces(&mut collector, &environment);
        for name in environment.keys() {
            let mut without = environment.clone();
            without.remove(name);
            if unproved.contains(name) && traces(&mut collector, &without) != traces_with {
                unproved.remove(name);
            }
        }
    }
    assert_eq!(unproved, BTreeSet::new());
}

/// Of each system a vector's longest variable becomes a megabyte.
#[test]
fn a_variable_may_be_long() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let mut seen = BTreeSet::new();
    for vector in vectors() {
        let mut environment = vector["env"].as_object().unwrap().clone();
        let longest = environment
            .values_mut()
            .max_by_key(|value| value.as_str().map(str::len));
        if let Some(value) = longest
            && seen.insert(vector["provider"].to_string())
        {
            *value = "{é".repeat(MIB / 3).into();
            is_sound(&run_env(&mut collector, &environment));
        }
    }
    assert!(seen.len() > 40);
}

fn is_sound(run_env: &Value) {
    assert_ne!(run_env["key"], "");
    for (name, value) in run_env.as_object().unwrap() {
        let chars = value.as_str().unwrap().chars().count();
        assert!((1..=10_240).contains(&chars), "{name}: {chars}");
    }
}

fn run_env(collector: &mut Collector, environment: &Map<String, Value>) -> Value {
    let line = json!({
        "event": "run-started", "format": 1, "id": RUN, "environment": environment,
    });
    let run_env = collector.run_env(&line.to_string()).unwrap().unwrap();
    serde_json::from_str(&run_env).unwrap()
}

/// What is sent as traces of a run of one test.
fn traces(collector: &mut Collector, environment: &Map<String, Value>) -> Vec<String> {
    let started = json!({
        "event": "run-started", "format": 1, "id": RUN, "environment": environment,
    });
    let mut run = collector.run(Outputs::empty()).unwrap();
    run.keep_traces(TraceEncoding::Json, "").unwrap();
    run.feed(&format!("{started}\n{}", lines::passing_test(1)))
        .unwrap();
    run.finish().unwrap();
    let traces = run.take_all_traces(1).unwrap();
    run.close().unwrap();
    assert_eq!(traces.len(), 1);
    traces.into_iter().map(|traces| traces.body).collect()
}

/// Environments in which each variable for traces is.
fn traced() -> Vec<Map<String, Value>> {
    let case = Case::all().into_iter().find(|case| case.name == "traces");
    let events = case.expect("it is there").events;
    let started: Value = serde_json::from_str(events.lines().next().unwrap()).unwrap();
    let others = [
        json!({"OTEL_SERVICE_NAME": "shop"}),
        json!({
            "GITHUB_ACTION": "tests", "GITHUB_RUN_NUMBER": "7", "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_REF": "refs/tags/v1.2", "GITHUB_REF_TYPE": "tag",
        }),
    ];
    let all = others.into_iter().chain([started["environment"].clone()]);
    all.map(|environment| environment.as_object().unwrap().clone())
        .collect()
}

fn wanted(collector: &mut Collector) -> BTreeSet<String> {
    collector.variables().unwrap().into_iter().collect()
}

fn vectors() -> Vec<Value> {
    let files = ["ci-environments.json", "by-rule.json"];
    let vectors: Vec<Value> = files
        .into_iter()
        .flat_map(|file| {
            let file = repository("tests/environments").join(file);
            let text = fs::read_to_string(file).expect("it is there");
            serde_json::from_str::<Vec<Value>>(&text).expect("it is an array")
        })
        .collect();
    assert!(vectors.len() > 200);
    vectors
}
