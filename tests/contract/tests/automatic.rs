//! Automatic spans by the thousand, and texts that are made to take long.

use contract::host::{Collector, Host, MEMORY, MIB, Outputs};
use contract::lines::{self, FIRST};
use serde_json::{Value, json};

/// How many calls of a test are spans of their own, and how many sums there are beside them.
const CALLS: usize = 200;
const SUMS: usize = 500;

/// Ten times as long a text may take ten times as long, and what a line takes anyway.
const TOLERANCE: f64 = 1.1;

/// In the memory of those that are kept.
#[test]
fn a_hundred_thousand_different_calls_in_one_test() {
    let mut collector = Host::shared().collector(16 * MIB).unwrap();
    let result = result(
        &mut collector,
        (0..100_000).map(|n| {
            let padding = "x".repeat(500);
            let detail = json!({"query": format!("SELECT {padding} FROM a{n} ")});
            lines::auto_span(FIRST, "sql", n, &detail.to_string())
        }),
    );
    let spans = result["history"]["children"].as_array().unwrap();
    assert_eq!(spans.len(), CALLS + SUMS + 1);
    let texts = spans
        .iter()
        .map(|span| span["detail"]["query"].as_str().unwrap());
    let others: Vec<_> = texts
        .filter(|text| text.contains("other queries"))
        .collect();
    let count = 100_000 - CALLS - SUMS;
    let count = format!("{},{} × other queries, ", count / 1_000, count % 1_000);
    assert!(
        others.len() == 1 && others[0].starts_with(&count),
        "{others:?}"
    );
}

#[test]
fn a_text_that_comes_again_is_not_scrubbed_again() {
    let work = |is_same: bool| {
        let query = |n: usize| {
            let n = if is_same { 0 } else { n };
            format!("SELECT {} FROM a{n:03}", "'a' || b, ".repeat(300))
        };
        let lines = (0..500).map(|n| {
            let detail = json!({"query": query(n), "dialect": "postgresql"});
            lines::auto_span(FIRST, "sql", 1, &detail.to_string())
        });
        work(lines)
    };
    let (same, different) = (work(true), work(false));
    assert!(same * 5.0 < different, "{same} {different}");
}

/// As many characters of each as are read, and a tenth of them.
#[test]
fn no_text_takes_long_to_scrub() {
    const SQL: [&str; 22] = [
        "'", "\"", "`", "[", "]", "$", "$a", "$a$", "$a$$b$", "/*", "/**/", "*/", "--", "--\n",
        "(", ")", "(1,", "(1),", "1", "q'[", "E'\\'", "%(a)s,",
    ];
    const URLS: [&str; 9] = ["/", "a/", "?", "a&", "a=b&", "@", "%4", ":", "a1b2c3d4"];
    for dialect in ["", "postgresql", "sqlite"] {
        for pattern in SQL {
            is_linear(
                "sql",
                pattern,
                |text| json!({"query": text, "dialect": dialect}),
            );
        }
    }
    for pattern in URLS {
        is_linear(
            "http",
            pattern,
            |text| json!({"url": format!("https://h/{text}"), "method": "GET"}),
        );
    }
}

#[test]
fn no_text_takes_long_to_search_for_credentials() {
    for pattern in ["@", "://", "://a:b", "://a:b@", "://a@b ", ":", "@://a:b"] {
        let [small, large] = [10_000, 100_000].map(|length: usize| {
            let text = format!("@{}", pattern.repeat(length / pattern.len()));
            let detail = json!({"content": text});
            work([format!(
                r#"{{"event":"span","execution":{FIRST},"section":"annotation","detail":{detail}}}"#
            )])
        });
        let ratio = large / small / 10.0;
        assert!(ratio < TOLERANCE, "{pattern}: {ratio}");
    }
}

fn is_linear(section: &str, pattern: &str, detail: impl Fn(&str) -> Value) {
    let [small, large] = [400, 4_000].map(|length: usize| {
        let text = pattern.repeat(length / pattern.len());
        let detail = detail(&text).to_string();
        work([lines::auto_span(FIRST, section, 1, &detail)])
    });
    let ratio = large / small / 10.0;
    assert!(ratio < TOLERANCE, "{section} {pattern}: {ratio}");
}

/// How much work these lines of one test are, and its result.
fn work(lines: impl IntoIterator<Item = String>) -> f64 {
    let mut collector = Host::metered().collector(MEMORY).unwrap();
    let before = collector.work().unwrap();
    result(&mut collector, lines);
    (collector.work().unwrap() - before) as f64
}

/// The result of one test with these lines, fed in chunks.
fn result(collector: &mut Collector, lines: impl IntoIterator<Item = String>) -> Value {
    let mut run = collector.run(Outputs::RESULTS).unwrap();
    run.feed(lines::RUN_STARTED).unwrap();
    run.feed(&lines::test_started(FIRST)).unwrap();
    let mut chunk = String::new();
    for line in lines {
        chunk += &line;
        if chunk.len() > 256 * 1024 {
            assert_eq!(run.feed(&chunk).unwrap().rejected.len(), 0);
            chunk.clear();
        }
    }
    run.feed(&chunk).unwrap();
    run.feed(&lines::test_finished(FIRST)).unwrap();
    let results = run.take_results(1).unwrap().unwrap();
    run.close().unwrap();
    let mut results: Vec<Value> = serde_json::from_str(&results).unwrap();
    results.remove(0)
}
