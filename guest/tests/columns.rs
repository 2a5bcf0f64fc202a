//! A page's columns say what the results say: read back, they are the results.

mod story;

use collector::run::{Outputs, Run};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use story::{replays, stories};

/// By how much a time may differ, in microseconds: one of each side's rounding.
const ROUNDING: f64 = 1.5;

proptest! {
    #[test]
    fn columns_say_what_results_say(story in prop_oneof![stories(), replays()]) {
        let mut run = Run::new(Outputs { uploads: false, results: true });
        run.keep_page();
        let mut blocks = Vec::new();
        for line in &story.lines {
            run.feed(&format!("{line}\n"));
            blocks.extend(run.take_page_details());
        }
        run.finish();
        blocks.extend(std::iter::from_fn(|| run.take_page_details()));
        let page = run.take_page().unwrap();
        prop_assert!(run.take_page().is_none());
        let results: Vec<Value> = std::iter::from_fn(|| run.take_results(7))
            .flat_map(|array| serde_json::from_str::<Vec<Value>>(&array).unwrap())
            .collect();

        let columns: Value = serde_json::from_str(&page.columns).unwrap();
        prop_assert_eq!(&columns["cut"], &json!({"failures": 0, "spans": 0, "tests": 0}));
        for word in ["passed", "failed", "skipped", "unknown"] {
            let count = results.iter().filter(|result| result["result"] == word).count();
            prop_assert_eq!(&columns["counts"][word], &json!(count));
        }
        let details = details(&blocks, &columns);
        let tests = Tests { columns: &columns, details: &details }.read();
        prop_assert_eq!(tests.len(), results.len());
        for (test, result) in tests.iter().zip(&results) {
            let (said, times) = of_result(result);
            prop_assert_eq!(&test.0, &said);
            prop_assert_eq!(test.1.len(), times.len());
            for (time, expected) in test.1.iter().zip(&times) {
                prop_assert!((time - expected).abs() <= ROUNDING, "{} is {}", time, expected);
            }
        }
    }
}

/// The failures of all blocks, each of which holds only its own tests'.
fn details(blocks: &[String], columns: &Value) -> Map<String, Value> {
    let ends = integers(&columns["details"]);
    assert_eq!(ends.len(), blocks.len());
    let mut all = Map::new();
    let mut begin = 0;
    for (block, end) in blocks.iter().zip(ends) {
        let block: Map<String, Value> = serde_json::from_str(block).unwrap();
        for index in block.keys() {
            assert!((begin..end).contains(&index.parse().unwrap()), "{index}");
        }
        all.extend(block);
        begin = end;
    }
    all
}

/// What is said of a test in words, and its times in microseconds, an unknown one left out.
type Said = (Value, Vec<f64>);

fn of_result(result: &Value) -> Said {
    let history = &result["history"];
    let micros = |value: &Value| value.as_f64().map(|seconds| seconds * 1e6);
    let start = micros(&history["start_at"]).unwrap();
    let mut times = vec![start, micros(&history["duration"]).unwrap()];
    let mut spans = Vec::new();
    let mut waiting: Vec<(&Value, Option<usize>)> = children(history, None);
    while let Some((span, parent)) = waiting.pop() {
        waiting.extend(children(span, Some(spans.len())));
        let detail = span.get("detail").cloned().unwrap_or(Value::Null);
        let is_placed = span["start_at"].is_number();
        spans.push(json!([span["section"], detail, parent, is_placed]));
        times.push(micros(&span["duration"]).unwrap());
        times.extend(micros(&span["start_at"]).map(|begin| (begin - start).max(0.0)));
    }
    let said = json!({
        "scope": result.get("scope").and_then(Value::as_str).unwrap_or_default(),
        "name": result["name"],
        "file": result["file_name"].as_str().unwrap_or_default(),
        "result": result["result"],
        "tags": result.get("tags").cloned().unwrap_or_else(|| json!({})),
        "reason": result.get("failure_reason"),
        "expanded": result.get("failure_expanded"),
        "spans": spans,
    });
    (said, times)
}

/// What lies in a span, the last first.
fn children(span: &Value, parent: Option<usize>) -> Vec<(&Value, Option<usize>)> {
    let inner = span["children"].as_array().into_iter().flatten();
    inner.rev().map(|child| (child, parent)).collect()
}

/// The tests that columns hold.
struct Tests<'a> {
    columns: &'a Value,
    details: &'a Map<String, Value>,
}

impl Tests<'_> {
    fn read(&self) -> Vec<Said> {
        let tests = &self.columns["tests"];
        let letters = tests["result"].as_str().unwrap();
        let numbers = |name: &str| integers(&tests[name]);
        let (starts, durations) = (numbers("start"), numbers("duration"));
        let (scopes, names, files) = (numbers("scope"), numbers("name"), numbers("file"));
        let (tags, counts) = (numbers("tags"), numbers("spans"));
        let (mut start, mut span, mut said) = (0, 0, Vec::new());
        for (index, letter) in letters.chars().enumerate() {
            start += starts[index];
            let end = span + usize::try_from(counts[index]).unwrap();
            let mut times = vec![start as f64, durations[index] as f64];
            let spans = self.spans(span..end, &mut times);
            span = end;
            let failure = self.details.get(&index.to_string());
            let test = json!({
                "scope": self.text(scopes[index]),
                "name": self.text(names[index]),
                "file": self.text(files[index]),
                "result": match letter {
                    'p' => "passed",
                    'f' => "failed",
                    's' => "skipped",
                    _ => "unknown",
                },
                "tags": self.tags(tags[index]),
                "reason": failure.and_then(|failure| failure.get("failure_reason")),
                "expanded": failure.and_then(|failure| failure.get("failure_expanded")),
                "spans": spans,
            });
            said.push((test, times));
        }
        said
    }

    fn spans(&self, range: std::ops::Range<usize>, times: &mut Vec<f64>) -> Vec<Value> {
        let spans = &self.columns["spans"];
        let numbers = |name: &str| integers(&spans[name]);
        let (starts, durations) = (numbers("start"), numbers("duration"));
        let (ups, details) = (numbers("up"), numbers("detail"));
        let sections = spans["section"].as_str().unwrap().as_bytes();
        let first = range.start;
        let of_one = |index: usize| {
            let section = match sections[index] {
                b'h' => "http",
                b'q' => "sql",
                b'z' => "sleep",
                _ => "annotation",
            };
            let up = usize::try_from(ups[index]).unwrap();
            let parent = (up > 0).then(|| index - first - up);
            let detail = match self.text(details[index]) {
                "" => Value::Null,
                text => serde_json::from_str(text).unwrap(),
            };
            times.push(durations[index] as f64);
            times.extend((starts[index] >= 0).then(|| starts[index] as f64));
            json!([section, detail, parent, starts[index] >= 0])
        };
        range.map(of_one).collect()
    }

    fn tags(&self, set: i64) -> Value {
        let set = integers(&self.columns["tag_sets"][usize::try_from(set).unwrap()]);
        let pairs = set.chunks(2);
        pairs
            .map(|pair| {
                (
                    self.text(pair[0]).to_owned(),
                    Value::from(self.text(pair[1])),
                )
            })
            .collect()
    }

    fn text(&self, index: i64) -> &str {
        let strings = &self.columns["strings"];
        strings[usize::try_from(index).unwrap()].as_str().unwrap()
    }
}

fn integers(list: &Value) -> Vec<i64> {
    let numbers = list.as_array().unwrap().iter();
    numbers.map(|number| number.as_i64().unwrap()).collect()
}
