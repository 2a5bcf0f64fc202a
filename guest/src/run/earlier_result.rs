//! A result that an earlier run has settled: an element of the array that `--json` writes.
//!
//! Its bytes are the collector's own, but a file may have been edited since: what a result must
//! have is checked, texts are scrubbed, and the rest is passed on as it is.

use serde_json::{Map, Value};

use crate::execution::TestResult;
use crate::json::json;
use crate::limits;
use crate::scrub::scrub_json;
use crate::text::shortened;

/// The results that there are.
const RESULTS: [TestResult; 4] = [
    TestResult::Passed,
    TestResult::Failed,
    TestResult::Skipped,
    TestResult::Unknown,
];

/// A result, and its JSON.
///
/// # Errors
///
/// What it lacks, in words.
pub fn settled(mut fields: Map<String, Value>) -> Result<(TestResult, String), &'static str> {
    let Some(Value::String(name)) = fields.get("name") else {
        return Err("has no name");
    };
    let name = shortened(name, limits::NAME_CHARS).0.into_owned();
    if name.is_empty() {
        return Err("has no name");
    }
    fields.insert("name".into(), name.into());
    let duration = fields.get("history").map(|history| &history["duration"]);
    if !duration.is_some_and(Value::is_number) {
        return Err("does not say how long it took");
    }
    let word = fields.get("result").map(|word| word.as_str());
    let result = match word {
        None => TestResult::Unknown,
        Some(word) => RESULTS
            .into_iter()
            .find(|result| Some(result.as_str()) == word)
            .ok_or("is none of passed, failed, skipped and unknown")?,
    };
    fields.values_mut().for_each(scrub_json);
    Ok((result, json(&fields)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: Value) -> Result<(TestResult, String), &'static str> {
        let Value::Object(fields) = value else {
            panic!("not an object")
        };
        settled(fields)
    }

    #[test]
    fn a_result_is_passed_on_as_it_is() {
        let (result, json) = of(json!({
            "name": "test_\u{0}it",
            "history": {"duration": 0.5},
            "result": "skipped",
            "of_another_version": [1],
        }))
        .unwrap();
        assert_eq!(result, TestResult::Skipped);
        assert_eq!(
            json,
            r#"{"history":{"duration":0.5},"name":"test_it","of_another_version":[1],"result":"skipped"}"#
        );
    }

    #[test]
    fn what_is_no_result_says_why() {
        let history = json!({"duration": 1});
        assert_eq!(of(json!({"history": history})), Err("has no name"));
        assert_eq!(of(json!({"name": ""})), Err("has no name"));
        assert_eq!(
            of(json!({"name": "it", "history": []})),
            Err("does not say how long it took")
        );
        let odd = json!({"name": "it", "history": history, "result": "green"});
        assert!(of(odd).unwrap_err().contains("none of passed"));
        let without = json!({"name": "it", "history": history});
        assert_eq!(of(without).unwrap().0, TestResult::Unknown);
    }
}
