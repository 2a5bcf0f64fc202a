//! Whatever a host feeds or asks: an answer, never a trap.

use contract::case::Case;
use contract::host::{Collector, EventError, Host, MEMORY, MIB, Outputs, Run};
use contract::lines::{self, FIRST};
use contract::random::Random;
use serde_json::Value;

#[test]
fn an_empty_run_has_nothing_to_take() {
    for events in ["", "\n\n\n", lines::RUN_STARTED] {
        with_run(|run| {
            run.feed(events).unwrap();
            for _ in 0..2 {
                for max in [0, 1, u32::MAX] {
                    assert!(run.take_upload(max).unwrap().is_none());
                    assert!(run.take_results(max).unwrap().is_none());
                }
                run.finish().unwrap();
            }
        });
    }
}

#[test]
fn any_number_may_be_asked_for() {
    for (max, first) in [(0, 1), (1, 1), (5_000, 5_000), (u32::MAX, 5_000)] {
        with_run(|run| {
            run.feed(lines::RUN_STARTED).unwrap();
            let tests: String = (FIRST..FIRST + 6_000).map(lines::passing_test).collect();
            run.feed(&tests).unwrap();
            assert_eq!(run.take_upload(max).unwrap().unwrap().results, first);
            let results = run.take_results(max).unwrap().unwrap();
            let results: Vec<Value> = serde_json::from_str(&results).unwrap();
            assert_eq!(
                results.len(),
                if max == u32::MAX {
                    6_000
                } else {
                    first as usize
                }
            );
        });
    }
}

#[test]
fn what_a_run_was_not_asked_for_cannot_be_taken() {
    let mut collector = collector();
    let events = format!("{}{}", lines::RUN_STARTED, lines::passing_test(FIRST));
    for (outputs, uploads, results) in [
        (Outputs::empty(), false, false),
        (Outputs::UPLOADS, true, false),
        (Outputs::RESULTS, false, true),
    ] {
        let mut run = collector.run(outputs).unwrap();
        run.feed(&events).unwrap();
        assert_eq!(run.take_upload(1).unwrap().is_some(), uploads);
        assert_eq!(run.take_results(1).unwrap().is_some(), results);
        assert_eq!(run.summary().unwrap().passed, 1);
        run.close().unwrap();
    }
}

#[test]
fn a_run_goes_on_after_its_end() {
    with_run(|run| {
        run.feed(lines::RUN_STARTED).unwrap();
        run.finish().unwrap();
        run.feed(&lines::passing_test(FIRST)).unwrap();
        run.feed(&lines::test_started(FIRST + 1)).unwrap();
        run.finish().unwrap();
        run.finish().unwrap();
        assert_eq!(run.take_uploads(1).unwrap().len(), 2);
    });
}

#[test]
fn random_texts() {
    let mut random = Random::new(7);
    let mut collector = collector();
    for _ in 0..200 {
        let bytes: Vec<u8> = (0..random.below(4_000)).map(|_| random.byte()).collect();
        exhaust(&mut collector, &String::from_utf8_lossy(&bytes));
        let json: String = (0..random.below(4_000))
            .map(|_| random.of(b"{}[]\",:0123456789.eE+-\\u tfn\n") as char)
            .collect();
        exhaust(&mut collector, &json);
    }
}

#[test]
fn lines_that_break_off_anywhere() {
    let mut collector = collector();
    for case in Case::all() {
        let (first, rest) = case.events.split_at(case.events.find('\n').unwrap_or(0));
        let start = format!("{first}\n{}", lines::test_started(1));
        for (end, _) in rest.char_indices().step_by(7) {
            let line = rest[..end].rsplit('\n').next().unwrap_or_default();
            let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS).unwrap();
            run.feed(&start).unwrap();
            run.feed(line).unwrap();
            run.finish().unwrap();
            run.close().unwrap();
        }
    }
}

#[test]
fn lines_with_a_byte_changed() {
    let mut random = Random::new(11);
    let mut collector = collector();
    for case in Case::all() {
        for _ in 0..20 {
            let mut bytes = case.events.clone().into_bytes();
            for _ in 0..=random.below(5) {
                let at = random.below(bytes.len());
                bytes[at] = random.of(b"\"{}[]:,\\-0129e.\nu ");
            }
            exhaust(&mut collector, &String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn numbers_of_every_size() {
    const NUMBERS: [&str; 14] = [
        "0",
        "-0",
        "-1",
        "9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e308",
        "-1e-308",
        "1e999",
        "0.1",
        "NaN",
    ];
    let mut collector = collector();
    let digits = "9".repeat(100_000);
    for a in NUMBERS.into_iter().chain([digits.as_str()]) {
        for b in NUMBERS {
            let events = [
                lines::RUN_STARTED.to_owned(),
                format!(
                    r#"{{"event":"test-started","execution":{a},"name":"a","line":{b},"time":{b}}}"#
                ),
                format!(
                    r#"{{"event":"span","execution":{a},"section":"sleep","start":{a},"end":{b},"id":{b},"parent":{a}}}"#
                ),
                format!(
                    r#"{{"event":"span","execution":{a},"section":"sql","duration":{b},"detail":{{"query":{a}}}}}"#
                ),
                format!(
                    r#"{{"event":"phase","execution":{a},"when":"call","outcome":"failed","start":{b},"end":{b}}}"#
                ),
                format!(r#"{{"event":"uploaded","executions":[[{a},{b}],[{b},{b}]]}}"#),
                format!(r#"{{"event":"test-finished","execution":{a},"time":{b}}}"#),
                format!(r#"{{"event":"test-started","execution":{b},"name":"b","time":{a}}}"#),
                format!(r#"{{"event":"run-finished","time":{b},"status":{a}}}"#),
            ];
            exhaust(&mut collector, &events.join("\n"));
        }
    }
}

#[test]
fn json_of_every_depth() {
    let mut collector = collector();
    for depth in [1, 100, 120, 127, 128, 200, 10_000, 1_000_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let events = [
                lines::RUN_STARTED.to_owned(),
                r#"{"event":"test-started","execution":1,"name":"a","time":1}"#.into(),
                deep.clone(),
                open.repeat(depth),
                format!(
                    r#"{{"event":"span","execution":1,"section":"sleep","detail":{{"a":{deep}}}}}"#
                ),
                format!(
                    r#"{{"event":"span","execution":1,"section":"sql","detail":{{"query":{deep}}}}}"#
                ),
                format!(r#"{{"event":"span","execution":1,"section":"sql","detail":{deep}}}"#),
                format!(r#"{{"event":"tag","execution":1,"key":"a","value":{deep}}}"#),
                format!(r#"{{"event":"coverage","of-another-version":{deep}}}"#),
            ];
            exhaust(&mut collector, &events.join("\n"));
        }
    }
}

#[test]
fn messages_of_five_megabytes() {
    let mut collector = collector();
    for character in ["x", "\\u0000", "é", "\\\\"] {
        let text = character.repeat(5_000_000 / character.len());
        let start = format!("{}{}", lines::RUN_STARTED, lines::test_started(FIRST));
        let fields = [
            format!(
                r#""event":"phase","when":"call","outcome":"failed","failures":[{{"reason":"{text}","expanded":["{text}"]}}]"#
            ),
            format!(
                r#""event":"phase","when":"{text}","outcome":"{text}","failures":[{{"backtrace":["{text}"]}}]"#
            ),
            format!(r#""event":"span","section":"{text}""#),
            format!(r#""event":"span","section":"sql","detail":"{text}""#),
            format!(r#""event":"tag","key":"{text}","value":["{text}"]"#),
            format!(r#""event":"{text}""#),
            format!(r#""event":"run-started","format":"{text}""#),
        ];
        for field in fields {
            let line = format!(r#"{{"execution":{FIRST},{field}}}"#);
            exhaust(&mut collector, &format!("{start}{line}"));
        }
    }
}

/// An upload grows no larger than the server reads.
#[test]
fn an_upload_has_a_largest_size() {
    with_run(|run| {
        run.feed(lines::RUN_STARTED).unwrap();
        for (number, megabytes) in (FIRST..).zip([3, 3, 3, 3, 1, 3, 1]) {
            let more = "x".repeat(megabytes * 1_000_000);
            run.feed(&format!(
                r#"{{"event":"result","execution":{number},"result":{{"name":"a","history":{{"duration":1}},"more":"{more}"}}}}"#
            ))
            .unwrap();
        }
        let uploads = run.take_uploads(5_000).unwrap();
        let results: Vec<_> = uploads.iter().map(|upload| upload.results).collect();
        assert_eq!(results, [2, 3, 2]);
        for upload in uploads {
            assert!(upload.body.len() <= 8 * MIB);
        }
    });
}

/// Whatever a line is: at worst it is lost, and said, and what is beside it counts.
#[test]
fn lines_that_are_made_to_hurt() {
    let objects = |count: usize| format!("[{}{{}}]", "{},".repeat(count));
    let lists = |count: usize| format!("[{}[1]]", "[1],".repeat(count));
    let fields = |count: usize| format!("{{{}\"\":1}}", "\"\":1,".repeat(count));
    for (detail, is_read) in [
        // Four times a million objects, in twelve megabytes.
        (objects(4_000_000), false),
        (objects(2_500_000), false),
        (objects(999_000), true),
        (lists(499_000), true),
        (fields(999_000), true),
        (lists(1_500_000), false),
        (format!("\"{}\"", "x".repeat(8_000_000)), true),
        (format!("\"{}\"", "x".repeat(9_000_000)), false),
    ] {
        with_run(|run| {
            run.feed(lines::RUN_STARTED).unwrap();
            run.feed(&lines::test_started(FIRST)).unwrap();
            let line = format!(
                r#"{{"event":"span","execution":{FIRST},"section":"annotation","detail":{{"content":"c","x":{detail}}}}}"#
            );
            let progress = run.feed(&line).unwrap();
            assert_eq!(progress.rejected.is_empty(), is_read);
            run.feed(&lines::test_finished(FIRST)).unwrap();
            run.feed(&lines::passing_test(FIRST + 1)).unwrap();
            let upload = run.take_upload(5_000).unwrap().unwrap();
            assert_eq!(upload.results, 2);
            assert!(upload.body.len() < MIB, "{}", upload.body.len());
            let summary = run.summary().unwrap();
            assert_eq!(summary.problem_count, u64::from(is_read));
        });
    }
}

/// A test with as much of everything as there may be is far from the largest upload.
#[test]
fn the_largest_result() {
    with_run(|run| {
        run.feed(lines::RUN_STARTED).unwrap();
        let long = "\\u0001é".repeat(100_000);
        run.feed(&format!(
            r#"{{"event":"test-started","execution":1,"scope":"{long}","name":"{long}","file":"{long}","time":0}}"#
        ))
        .unwrap();
        for _ in 0..20 {
            run.feed(&format!(
                r#"{{"event":"phase","execution":1,"when":"call","outcome":"failed","failures":[{{"reason":"{long}","expanded":["{long}"],"backtrace":["{}"]}}]}}"#,
                "\\u0001".repeat(9_000)
            ))
            .unwrap();
        }
        for id in 0..20_000 {
            run.feed(&format!(
                r#"{{"event":"span","execution":1,"section":"sql","detail":{{"query":"{}"}},"duration":{id}}}"#,
                "\\u0001".repeat(1_000)
            ))
            .unwrap();
        }
        for n in 0..20 {
            run.feed(&format!(
                r#"{{"event":"tag","execution":1,"key":"key{n}","value":"{}"}}"#,
                "\\u0001".repeat(127)
            ))
            .unwrap();
        }
        run.finish().unwrap();
        let upload = run.take_upload(1).unwrap().unwrap();
        assert!(upload.body.len() < 3 * MIB, "{}", upload.body.len());
        // Of an earlier run it would be accepted as it is.
        let results = run.take_results(1).unwrap().unwrap();
        let result = &results[1..results.len() - 1];
        let line = format!(r#"{{"event":"result","execution":2,"result":{result}}}"#);
        assert!(run.feed(&line).unwrap().rejected.is_empty());
        assert_eq!(run.take_results(1).unwrap().unwrap(), results);
    });
}

#[test]
fn finishing_twice_says_nothing_twice() {
    with_run(|run| {
        run.feed(lines::RUN_STARTED).unwrap();
        let name = "x".repeat(20_000);
        run.feed(&format!(
            r#"{{"event":"test-started","execution":1,"name":"{name}","time":0}}"#
        ))
        .unwrap();
        run.finish().unwrap();
        let once = run.summary().unwrap();
        run.finish().unwrap();
        run.take_uploads(1).unwrap();
        run.take_all_results(1).unwrap();
        let twice = run.summary().unwrap();
        assert_eq!((once.problem_count, twice.problem_count), (1, 1));
        assert_eq!(once.problems, twice.problems);
    });
}

#[test]
fn run_env_of_what_is_no_run_started() {
    let mut collector = collector();
    let mut run_env = |line: &str| collector.run_env(line).unwrap();
    for line in ["", "nonsense", "{}", r#"{"event":"run-started"}"#] {
        assert!(
            matches!(run_env(line), Err(EventError::Malformed(_))),
            "{line}"
        );
    }
    let line = r#"{"event":"run-finished","time":5}"#;
    assert!(
        matches!(run_env(line), Err(EventError::UnexpectedEvent(name)) if name == "run-finished")
    );
    let line = r#"{"event":"run-started","format":2}"#;
    assert!(matches!(
        run_env(line),
        Err(EventError::UnsupportedFormat(2))
    ));
    assert!(run_env(lines::RUN_STARTED).is_ok());
}

fn collector() -> Collector {
    Host::shared().collector(MEMORY).unwrap()
}

fn with_run(test: impl Fn(&mut Run<'_>)) {
    let mut collector = collector();
    let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS).unwrap();
    test(&mut run);
    run.close().unwrap();
}

/// Feeds a whole run and takes everything that it has; all of it is JSON.
fn exhaust(collector: &mut Collector, events: &str) {
    // It is taken to be any line, whatever it is.
    let first = events.lines().next().unwrap_or_default();
    let _ = collector.run_env(first).unwrap();
    let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS).unwrap();
    run.feed(events).unwrap();
    run.finish().unwrap();
    let uploads = run.take_uploads(2).unwrap();
    let texts = uploads
        .into_iter()
        .flat_map(|upload| [upload.body, upload.receipt]);
    let results = run.take_all_results(2).unwrap();
    for text in texts.chain(results) {
        serde_json::from_str::<Value>(&text).unwrap();
    }
    let summary = run.summary().unwrap();
    assert_eq!(summary.running, 0);
    run.close().unwrap();
}
