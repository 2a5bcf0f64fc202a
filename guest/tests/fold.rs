//! What is true of every run, however its events come.

mod story;

use std::collections::BTreeSet;

use collector::limits;
use collector::run::{Outputs, Run, Upload};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use story::{replays, stories};

const BOTH: Outputs = Outputs {
    uploads: true,
    results: true,
};

proptest! {
    #[test]
    fn every_execution_becomes_one_result(story in stories()) {
        let mut run = finished(&text(&story.lines));
        prop_assert_eq!(run.running(), 0);
        let counts = run.counts();
        let total = counts.passed + counts.failed + counts.skipped + counts.unknown;
        prop_assert_eq!(total, story.started.len() as u64);

        let results = results(&mut run, 7);
        let names: BTreeSet<_> = results.iter().map(|r| r["name"].to_string()).collect();
        let ids: BTreeSet<_> = results.iter().map(|r| r["id"].to_string()).collect();
        let expected = story.started.iter().map(|number| format!("\"test_{number}\""));
        prop_assert_eq!(names, expected.collect::<BTreeSet<_>>());
        prop_assert_eq!(ids.len(), results.len());
    }

    #[test]
    fn results_and_uploads_say_the_same(story in stories(), max in 1..9_u32) {
        let mut run = finished(&text(&story.lines));
        let uploaded: Vec<_> = uploads(&mut run, max).iter().flat_map(data).collect();
        prop_assert_eq!(uploaded, results(&mut run, max));
    }

    #[test]
    fn every_execution_is_uploaded_once(story in replays(), max in 1..9_u32) {
        let mut run = finished(&text(&story.lines));
        let mut taken = BTreeSet::new();
        for upload in uploads(&mut run, max) {
            let numbers = accepted(&upload.receipt);
            prop_assert_eq!(numbers.len(), data(&upload).len());
            prop_assert_eq!(numbers.len(), upload.results as usize);
            for number in numbers {
                prop_assert!(taken.insert(number), "{} twice", number);
            }
        }
        let expected: BTreeSet<_> = &story.started - &story.uploaded;
        prop_assert_eq!(taken, expected);
    }

    /// Uploads in the middle of a run, all accepted; then the process dies, and the events are fed
    /// again with the receipts.
    #[test]
    fn a_replay_uploads_the_rest(story in stories(), max in 1..4_u32, every in 1..9_usize) {
        let mut run = Run::new(BOTH);
        let mut taken = BTreeSet::new();
        let mut journal = String::new();
        for lines in story.lines.chunks(every) {
            let chunk = text(lines);
            run.feed(&chunk);
            journal.push_str(&chunk);
            if let Some(upload) = run.take_upload(max) {
                taken.extend(accepted(&upload.receipt));
                journal.push_str(&format!("{}\n", upload.receipt));
            }
        }
        let mut replay = finished(&journal);
        for upload in uploads(&mut replay, max) {
            for number in accepted(&upload.receipt) {
                prop_assert!(taken.insert(number), "{} twice", number);
            }
        }
        prop_assert_eq!(taken, story.started);
    }

    #[test]
    fn chunks_make_no_difference(story in replays(), sizes in vec(1..9_usize, 1..60)) {
        let mut whole = finished(&text(&story.lines));
        let mut chunked = Run::new(BOTH);
        let mut rest = story.lines.as_slice();
        for size in sizes.iter().cycle() {
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            chunked.feed(&text(chunk));
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        chunked.finish();
        prop_assert_eq!(whole.counts(), chunked.counts());
        prop_assert_eq!(whole.rejected_lines(), chunked.rejected_lines());
        prop_assert_eq!(whole.not_understood(), chunked.not_understood());
        prop_assert_eq!(whole.problems(), chunked.problems());
        prop_assert_eq!(uploads(&mut whole, 3), uploads(&mut chunked, 3));
        prop_assert_eq!(whole.take_results(u32::MAX), chunked.take_results(u32::MAX));
    }

    /// Nothing can be taken before it, so that it may come at any time.
    #[test]
    fn a_late_start_is_as_good_as_an_early_one(
        story in replays(),
        place in any::<prop::sample::Index>(),
    ) {
        let mut late = story.lines.clone();
        let started = late.remove(0);
        late.insert(place.index(story.lines.len()), started);
        let (mut early, mut late) = (finished(&text(&story.lines)), finished(&text(&late)));
        prop_assert_eq!(early.counts(), late.counts());
        prop_assert_eq!(uploads(&mut early, 3), uploads(&mut late, 3));
        prop_assert_eq!(early.take_results(u32::MAX), late.take_results(u32::MAX));
    }

    /// As `upload FILE` has it, of what `--json` has written.
    #[test]
    fn results_that_are_replayed_are_what_they_were(story in stories()) {
        let written = finished(&text(&story.lines)).take_results(u32::MAX);
        let written = written.unwrap_or_else(|| "[]".to_owned());
        let results: Vec<&serde_json::value::RawValue> = serde_json::from_str(&written).unwrap();
        let mut run = Run::new(BOTH);
        run.feed(story::RUN_STARTED);
        for (result, number) in results.iter().zip(1..) {
            run.feed(&format!(r#"{{"event":"result","execution":{number},"result":{result}}}"#));
        }
        prop_assert_eq!(run.problems(), vec![]);
        prop_assert_eq!(run.take_results(u32::MAX).unwrap_or_else(|| "[]".to_owned()), written);
    }

    #[test]
    fn nothing_that_is_scrubbed_comes_out(story in stories()) {
        let mut run = finished(&text(&story.lines));
        for result in results(&mut run, 100) {
            prop_assert!(!result.to_string().contains("SECRET"), "{}", result);
        }
        for problem in run.problems() {
            prop_assert!(!problem.sentence().contains("SECRET"));
        }
    }

    #[test]
    fn no_time_is_negative(story in stories()) {
        for result in results(&mut finished(&text(&story.lines)), 100) {
            is_in_order(&result["history"])?;
        }
    }

    #[test]
    fn an_upload_holds_no_more_than_was_asked_for(story in stories(), max in any::<u32>()) {
        let max_results = max.clamp(1, 5_000);
        for upload in uploads(&mut finished(&text(&story.lines)), max) {
            prop_assert!((1..=max_results).contains(&upload.results));
        }
    }

    #[test]
    fn no_text_stops_the_fold(lines in vec(any::<String>(), 0..20), story in stories()) {
        let mut run = finished(&lines.join("\n"));
        run.feed(&text(&story.lines));
        run.finish();
        prop_assert_eq!(results(&mut run, 5).len(), story.started.len());
    }

    /// What reads like JSON gets further than any text.
    #[test]
    fn no_json_stops_the_fold(
        lines in vec("(\\{\"event\":\"(span|tag|phase|uploaded)\",)?[\\[\\]{}\":,0-9eE.\\-+\\\\a-f ]{0,40}", 0..20),
    ) {
        let mut run = finished(&lines.join("\n"));
        prop_assert!(uploads(&mut run, 5).is_empty());
        prop_assert!(results(&mut run, 5).is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_upload_is_as_large_as_its_limit_allows(
        kilobytes in vec(prop_oneof![1..50_usize, 500..3_000_usize], 1..12),
    ) {
        let mut run = Run::new(BOTH);
        run.feed(story::RUN_STARTED);
        for (kilobytes, number) in kilobytes.iter().zip(1..) {
            run.feed(&json!({
                "event": "result",
                "execution": number,
                "result": {
                    "name": "test", "history": {"duration": 1}, "more": "x".repeat(kilobytes * 1_000),
                },
            }).to_string());
        }
        let uploads = uploads(&mut run, u32::MAX);
        prop_assert_eq!(uploads.iter().map(|u| u.results as usize).sum::<usize>(), kilobytes.len());
        for upload in &uploads {
            prop_assert!(upload.body.len() <= limits::UPLOAD_BYTES);
        }
        for pair in uploads.windows(2) {
            let next: Value = serde_json::from_str(&pair[1].body).unwrap();
            let next = next["data"][0].to_string();
            let together = pair[0].body.len() + ",".len() + next.len();
            prop_assert!(together > limits::UPLOAD_BYTES, "one more would have fitted");
        }
    }
}

/// To the byte: three results, a comma between each two, and what closes the body.
#[test]
fn an_upload_may_be_as_large_as_its_limit() {
    let uploads_of = |last: usize| {
        let mut run = Run::new(BOTH);
        run.feed(story::RUN_STARTED);
        for (number, length) in (1..).zip([2_900_000, 2_900_000, last]) {
            let more = "x".repeat(length);
            run.feed(&format!(
                r#"{{"event":"result","execution":{number},"result":{{"name":"","history":{{"duration":1}},"more":"{more}"}}}}"#
            ));
        }
        uploads(&mut run, 5_000)
    };
    let without_last = uploads_of(0)[0].body.len();
    let longest = limits::UPLOAD_BYTES - without_last;
    let uploads = uploads_of(longest);
    assert_eq!(uploads[0].body.len(), limits::UPLOAD_BYTES);
    assert_eq!(uploads.len(), 1);
    let uploads = uploads_of(longest + 1);
    assert_eq!(uploads.len(), 2);
    assert_eq!((uploads[0].results, uploads[1].results), (2, 1));
}

#[test]
fn tests_run_from_their_start_to_their_end() {
    let mut run = Run::new(BOTH);
    for (line, running) in [
        (story::RUN_STARTED, 0),
        (
            r#"{"event":"test-started","execution":1,"name":"a","time":1}"#,
            1,
        ),
        (
            r#"{"event":"test-started","execution":5,"name":"b","time":1}"#,
            2,
        ),
        (r#"{"event":"test-finished","execution":5,"time":2}"#, 1),
        (r#"{"event":"test-finished","execution":5,"time":2}"#, 1),
        (r#"{"event":"test-finished","execution":1,"time":2}"#, 0),
    ] {
        run.feed(line);
        assert_eq!(run.running(), running, "{line}");
    }
}

/// Of what waits and of what is still to come, in any order, however often.
#[test]
fn what_the_server_has_is_in_no_upload() {
    let mut run = Run::new(BOTH);
    run.feed(story::RUN_STARTED);
    let result = |number: u64| {
        format!(
            r#"{{"event":"result","execution":{number},"result":{{"name":"{number}","history":{{"duration":1}}}}}}"#
        )
    };
    let receipt = |ranges: &str| format!(r#"{{"event":"uploaded","executions":{ranges}}}"#);
    for number in 1..=9 {
        run.feed(&result(number));
    }
    assert_eq!(run.feed(&receipt("[[4,3]]")).uploadable, 9);
    assert_eq!(run.feed(&receipt("[[2,3],[7,7],[12,13]]")).uploadable, 6);
    assert_eq!(run.feed(&receipt("[[3,4]]")).uploadable, 5);
    let upload = run.take_upload(2).unwrap();
    assert_eq!(accepted(&upload.receipt), [1, 5]);
    assert_eq!(run.feed(&receipt("[[1,5]]")).uploadable, 3);
    for number in 10..=14 {
        run.feed(&result(number));
    }
    assert_eq!(run.feed(&receipt("[[9,10]]")).uploadable, 4);
    let upload = run.take_upload(9).unwrap();
    assert_eq!(accepted(&upload.receipt), [6, 8, 11, 14]);
    assert_eq!(run.uploadable(), 0);
    assert_eq!(results(&mut run, 20).len(), 14);
}

/// Whole lines.
fn text(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A run that has read everything.
fn finished(events: &str) -> Run {
    let mut run = Run::new(BOTH);
    run.feed(events);
    run.finish();
    run
}

fn uploads(run: &mut Run, max: u32) -> Vec<Upload> {
    std::iter::from_fn(|| run.take_upload(max)).collect()
}

/// All results that wait.
fn results(run: &mut Run, max: u32) -> Vec<Value> {
    std::iter::from_fn(|| run.take_results(max))
        .flat_map(|array| serde_json::from_str::<Vec<Value>>(&array).expect("an array"))
        .collect()
}

/// The results in an upload.
fn data(upload: &Upload) -> Vec<Value> {
    let body: Value = serde_json::from_str(&upload.body).expect("a body is JSON");
    body["data"].as_array().expect("it has data").clone()
}

/// The numbers in a receipt.
fn accepted(receipt: &str) -> Vec<u64> {
    let receipt: Value = serde_json::from_str(receipt).expect("a receipt is JSON");
    let ranges = serde_json::from_value::<Vec<(u64, u64)>>(receipt["executions"].clone());
    let ranges = ranges.expect("it has ranges");
    ranges
        .into_iter()
        .flat_map(|(first, last)| first..=last)
        .collect()
}

/// Whether a history or a span, and all in it, begin before they end.
fn is_in_order(span: &Value) -> Result<(), TestCaseError> {
    let seconds = |field: &str| span[field].as_f64();
    prop_assert!(seconds("duration") >= Some(0.0), "{}", span);
    prop_assert!(
        seconds("start_at").is_none_or(|start| start >= 0.0),
        "{}",
        span
    );
    if let (Some(start), Some(end)) = (seconds("start_at"), seconds("end_at")) {
        prop_assert!(start <= end, "{}", span);
    }
    for child in span["children"].as_array().into_iter().flatten() {
        is_in_order(child)?;
    }
    Ok(())
}
