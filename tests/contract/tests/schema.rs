//! `wit/events.schema.json` says of a line what the component says of it: what the schema does not
//! allow is rejected, or a field of it is ignored and reported.

use std::collections::BTreeSet;

use contract::host::{Collector, Host, MEMORY, Outputs};
use contract::schema::Schema;
use serde_json::{Map, Value, json};

/// The events that the schema describes.
const EVENTS: [&str; 12] = [
    "run-started",
    "test-started",
    "span",
    "auto-span",
    "tag",
    "phase",
    "test-finished",
    "result",
    "uploaded",
    "exported",
    "run-finished",
    "run-aborted",
];

#[test]
fn every_event_has_an_example_that_the_component_understands() {
    let schema = Schema::load();
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    for event in EVENTS {
        let example = example(&schema, event);
        for field in properties(&schema, event).keys() {
            assert!(example.contains_key(field), "{event} without {field}");
        }
        let line = json!(example).to_string();
        assert!(schema.allows(&line), "{line}");
        let mut run = collector.run(Outputs::empty()).unwrap();
        assert_eq!(run.feed(&line).unwrap().rejected.len(), 0, "{line}");
        assert_eq!(run.summary().unwrap().not_understood, 0, "{line}");
        run.close().unwrap();
    }
}

#[test]
fn every_field_says_what_it_is() {
    let schema = Schema::load();
    for event in EVENTS {
        for (field, property) in properties(&schema, event) {
            let description = property["description"].as_str().unwrap_or_default();
            assert!(description.ends_with('.'), "{event}.{field}");
            let is_time = ["time", "start", "end", "duration"].contains(&field.as_str());
            assert!(
                !is_time || description.contains("nanoseconds"),
                "{event}.{field}"
            );
        }
    }
}

/// Every field that this version knows, in every event, with values of every type, and without.
#[test]
fn schema_and_component_agree_on_every_type_of_every_field() {
    let schema = Schema::load();
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let mut fields: BTreeSet<&str> = EVENTS
        .iter()
        .flat_map(|event| properties(&schema, event).keys())
        .map(String::as_str)
        .collect();
    fields.extend(["event", "of-another-version"]);
    for event in EVENTS {
        let example = example(&schema, event);
        for &field in &fields {
            let mut without = example.clone();
            without.remove(field);
            agree(&schema, &mut collector, &json!(without));
            for value in values() {
                let mut line = example.clone();
                line.insert(field.to_owned(), value);
                agree(&schema, &mut collector, &json!(line));
            }
        }
    }
}

#[test]
fn what_is_no_object_is_no_event() {
    let schema = Schema::load();
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    for value in values() {
        agree(&schema, &mut collector, &value);
    }
}

fn agree(schema: &Schema, collector: &mut Collector, value: &Value) {
    let line = value.to_string();
    if !Schema::can_decide(&line) {
        return;
    }
    let mut run = collector.run(Outputs::empty()).unwrap();
    let faults = run.faults(&line).unwrap();
    run.close().unwrap();
    assert_eq!(
        schema.allows(&line),
        faults.is_empty(),
        "{line}\n{faults:?}"
    );
}

fn example(schema: &Schema, event: &str) -> Map<String, Value> {
    let example = &schema.json()["$defs"][event]["examples"][0];
    let example = example.as_object().unwrap().clone();
    assert_eq!(example["event"], event);
    example
}

fn properties<'a>(schema: &'a Schema, event: &str) -> &'a Map<String, Value> {
    schema.json()["$defs"][event]["properties"]
        .as_object()
        .unwrap()
}

/// A value of every type that some field has, and of many that none has.
fn values() -> Vec<Value> {
    const ID: &str = "0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b";
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(2),
        json!(4_294_967_296_u64),
        json!(9_007_199_254_740_991_u64),
        json!(9_007_199_254_740_992_u64),
        json!(u64::MAX),
        json!(1.0),
        json!(1e2),
        json!(1.5),
        json!(""),
        json!("text"),
        json!("1"),
        json!(ID),
        json!(ID.replace('-', "")),
        json!(ID.to_uppercase()),
        json!(format!("{{{ID}}}")),
        json!(format!("URN:uuid:{ID}")),
        json!(format!("{ID}0")),
        json!(format!(" {ID}")),
        json!(ID.replacen('-', "", 1)),
        json!([]),
        json!([null]),
        json!([1]),
        json!(["text"]),
        json!(["text", "text"]),
        json!([[1]]),
        json!([[1, 2]]),
        json!([[2, 1], [5, 5]]),
        json!([[1, 2, 3]]),
        json!([[1, "2"]]),
        json!([["text"]]),
        json!([{}]),
        json!([{"reason": "text"}, {"reason": null}]),
        json!([{"reason": 1}]),
        json!([{"expanded": ["text"], "backtrace": []}]),
        json!([{"expanded": null}]),
        json!([{"expanded": "text"}]),
        json!([{"backtrace": [1]}]),
        json!([{"of-another-version": 1}]),
        json!({}),
        json!({"name": "text"}),
        json!({"name": "text", "version": null}),
        json!({"name": "text", "version": "1", "of-another-version": 1}),
        json!({"name": "text", "version": 1}),
        json!({"name": null}),
        json!({"name": 1}),
        json!({"branch": null, "commits": []}),
        json!({"branch": 1}),
        json!({"commits": [{"sha": "text", "message": null, "of-another-version": 1}]}),
        json!({"commits": [{"sha": "text", "message": 1}]}),
        json!({"commits": [{"message": "text"}]}),
        json!({"commits": [{"sha": null}]}),
        json!({"commits": ["text"]}),
        json!({"key": "text", "tags": [1], "environment": 1, "pull_request_head": true}),
        json!({"message": 1}),
        json!({"pull_request_head": "true"}),
        json!({"method": "text", "url": "text", "query": "text", "dialect": "text", "lib": "text"}),
        json!({"cut": true, "url": null, "of-another-version": 1}),
        json!({"url": 1}),
        json!({"query": ["text"]}),
        json!({"lib": {}}),
        json!({"cut": "true", "method": null}),
        json!({"event": "text"}),
        json!({"event": null}),
    ]
}
