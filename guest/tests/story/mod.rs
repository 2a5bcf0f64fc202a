//! Runs made up by proptest: events in any order, most of which make sense.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// The first line of every story.
pub const RUN_STARTED: &str =
    r#"{"event":"run-started","format":1,"id":"0193ab3c-1b5e-4d6f-8a7b-9c0d1e2f3a4b"}"#;

/// A run, and what is known of it without the fold.
#[derive(Debug, Clone)]
pub struct Story {
    /// Its lines.
    pub lines: Vec<String>,
    /// The numbers of the executions that have started.
    pub started: BTreeSet<u64>,
    /// The numbers that `uploaded` events name.
    pub uploaded: BTreeSet<u64>,
}

/// Stories in which the server has accepted nothing before.
pub fn stories() -> impl Strategy<Value = Story> {
    vec(step(), 0..60).prop_map(tell)
}

/// Stories of a replay, in which it has.
pub fn replays() -> impl Strategy<Value = Story> {
    vec(prop_oneof![9 => step(), 1 => uploaded()], 0..60).prop_map(tell)
}

/// One line of a story, before it is known which executions there are.
#[derive(Debug, Clone)]
enum Step {
    /// A test whose number skips so many, and when it begins.
    Start(u64, i64),
    /// A number that has started before, if one has.
    StartAgain(u8),
    /// Fields of an event about some execution.
    About(u8, Value),
    /// Fields of an event about none.
    Alone(Value),
    /// The server has accepted so many, from this one on.
    Uploaded(u8, u64),
    /// A line that is no event.
    Noise(String),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..3_u64, time()).prop_map(|(skipped, time)| Step::Start(skipped, time)),
        1 => any::<u8>().prop_map(Step::StartAgain),
        6 => (any::<u8>(), phase()).prop_map(|(who, phase)| Step::About(who, phase)),
        3 => (any::<u8>(), span()).prop_map(|(who, span)| Step::About(who, span)),
        3 => (any::<u8>(), auto_span()).prop_map(|(who, span)| Step::About(who, span)),
        2 => (any::<u8>(), tag()).prop_map(|(who, tag)| Step::About(who, tag)),
        6 => (any::<u8>(), finished()).prop_map(|(who, finished)| Step::About(who, finished)),
        1 => tag().prop_map(Step::Alone),
        1 => time().prop_map(|time| Step::Alone(json!({"event": "run-finished", "time": time}))),
        1 => Just(Step::Alone(json!({"event": "coverage", "execution": "all"}))),
        1 => "[ -~]{0,20}".prop_map(Step::Noise),
    ]
}

fn uploaded() -> impl Strategy<Value = Step> {
    (any::<u8>(), 0..4_u64).prop_map(|(who, more)| Step::Uploaded(who, more))
}

fn time() -> impl Strategy<Value = i64> {
    const END: i64 = 1 << 53;
    prop_oneof![8 => 0..1_000_000_000_i64, 1 => 1 - END..END]
}

fn phase() -> impl Strategy<Value = Value> {
    let when = prop::sample::select(vec!["setup", "call", "teardown", "subtest", "crash", "nap"]);
    let outcome = prop::sample::select(vec!["passed", "failed", "skipped", "rerun"]);
    let failure = (prop::option::of("[a-z\n]{0,9}"), vec("[a-zß\"]{0,5}", 0..3))
        .prop_map(|(reason, expanded)| json!({"reason": reason, "expanded": expanded}));
    let times = (prop::option::of(time()), prop::option::of(time()));
    (when, outcome, times, vec(failure, 0..3)).prop_map(
        |(when, outcome, (start, end), failures)| {
            json!({
                "event": "phase", "when": when, "outcome": outcome,
                "start": start, "end": end, "failures": failures,
            })
        },
    )
}

fn finished() -> impl Strategy<Value = Value> {
    let outcome = prop::sample::select(vec!["passed", "failed", "skipped", "rerun"]);
    let whole = (prop::option::of(outcome), prop::option::of(time()));
    (time(), whole).prop_map(|(time, (outcome, start))| {
        json!({"event": "test-finished", "time": time, "outcome": outcome, "start": start})
    })
}

fn span() -> impl Strategy<Value = Value> {
    let section = prop::sample::select(vec!["http", "sql", "sleep", "annotation", "redis"]);
    let detail = prop::sample::select(vec![
        json!(null),
        json!("text"),
        json!({"method": "get", "url": "/", "lib": "x"}),
        json!({"query": 5, "content": "text"}),
        json!({"rows": 1e300, "share": 0.1234567890123, "more": [{}, "\u{1b}[1m\u{0}"]}),
    ]);
    let times = (
        prop::option::of(time()),
        prop::option::of(time()),
        prop::option::weighted(0.2, time()),
    );
    let place = (prop::option::of(0..9_u64), prop::option::of(0..9_u64));
    (section, detail, times, place).prop_map(
        |(section, detail, (start, end, duration), (id, parent))| {
            json!({
                "event": "span", "section": section, "detail": detail,
                "start": start, "end": end, "duration": duration, "id": id, "parent": parent,
            })
        },
    )
}

fn auto_span() -> impl Strategy<Value = Value> {
    let section = prop::sample::select(vec!["http", "sql", "sleep", "redis"]);
    let detail = prop::sample::select(vec![
        json!(null),
        json!("text"),
        json!({"method": "get", "url": "https://me:SECRET@h/SECRET7a8b9c?q=SECRET", "lib": "x"}),
        json!({"method": "PROPFIND", "url": "https://me:SECRET", "cut": true}),
        json!({"query": "SELECT 'SECRET' -- SECRET", "dialect": "postgresql"}),
        json!({"query": "SELECT \"SECRET\", 7", "url": 5, "SECRET": ["SECRET"]}),
    ]);
    let times = (
        prop::option::of(time()),
        prop::option::of(time()),
        prop::option::weighted(0.3, time()),
    );
    (section, detail, times, prop::option::of(0..9_u64)).prop_map(
        |(section, detail, (start, end, duration), count)| {
            json!({
                "event": "auto-span", "section": section, "detail": detail,
                "start": start, "end": end, "duration": duration, "count": count,
            })
        },
    )
}

fn tag() -> impl Strategy<Value = Value> {
    let value = prop_oneof!["[a-z]{0,3}".prop_map(Value::from), Just(json!(7))];
    ("[a-z]{0,3}", value)
        .prop_map(|(key, value)| json!({"event": "tag", "key": key, "value": value}))
}

fn tell(steps: Vec<Step>) -> Story {
    let mut story = Story {
        lines: vec![RUN_STARTED.to_owned()],
        started: BTreeSet::new(),
        uploaded: BTreeSet::new(),
    };
    let mut newest = 0;
    for step in steps {
        // Now and then someone who does not exist, yet or at all.
        let one_of_them = |who: u8| u64::from(who) % (newest + 2);
        let line = match step {
            Step::Start(skipped, time) => {
                newest += skipped + 1;
                story.started.insert(newest);
                started(newest, time)
            }
            Step::StartAgain(who) if newest > 0 => started(u64::from(who) % (newest + 1), 0),
            Step::StartAgain(_) => continue,
            Step::About(who, mut fields) => {
                fields["execution"] = one_of_them(who).into();
                fields.to_string()
            }
            Step::Alone(fields) => fields.to_string(),
            Step::Uploaded(who, more) => {
                let (first, last) = (one_of_them(who), one_of_them(who) + more);
                story.uploaded.extend(first..=last);
                json!({"event": "uploaded", "executions": [[first, last]]}).to_string()
            }
            Step::Noise(text) => text,
        };
        story.lines.push(line);
    }
    story
}

fn started(number: u64, time: i64) -> String {
    json!({
        "event": "test-started", "execution": number, "time": time,
        "scope": "tests/test_story.py", "name": format!("test_{number}"),
    })
    .to_string()
}
