//! The golden cases of `tests/cases`, without WebAssembly: what `tests/contract` asks of the built
//! component is known here in a moment. They are blessed there.

use std::fs;
use std::path::Path;

use collector::encode::otlp::{Encoding, Settings};
use collector::environment::Surroundings;
use collector::event::{self, Event};
use collector::json::Writer;
use collector::limits;
use collector::problem::Problem;
use collector::run::{Outputs, Progress, Run};
use serde_json::{Value, json};

/// How many results are taken at a time, in every case.
const MAX_RESULTS: u32 = 3;

#[test]
fn every_case_becomes_what_it_says() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let folders = fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut count = 0;
    for folder in folders.filter(|path| path.is_dir()) {
        compare(&folder);
        count += 1;
    }
    assert!(count > 70, "{count}");
}

fn compare(folder: &Path) {
    let name = folder.display();
    let file = |file: &str| fs::read_to_string(folder.join(file));
    let events = file("events.ndjson").unwrap();
    let run_env = run_env(events.lines().next().unwrap());
    assert_eq!(run_env, file("run-env.json").ok(), "{name}");

    let mut run = Run::new(Outputs {
        uploads: true,
        results: true,
    });
    run.keep_page();
    run.keep_traces(traces_as(Encoding::Protobuf));
    let progress = run.feed(&events);
    run.finish();
    let (mut bodies, mut receipts, mut results) = (String::new(), String::new(), String::new());
    while let Some(upload) = run.take_upload(MAX_RESULTS) {
        bodies += &(upload.body + "\n");
        receipts += &(upload.receipt + "\n");
    }
    while let Some(array) = run.take_results(MAX_RESULTS) {
        results += &(array + "\n");
    }
    let details: Vec<_> = std::iter::from_fn(|| run.take_page_details()).collect();
    let details: String = details.iter().flat_map(|block| [block, "\n"]).collect();
    let page = run.take_page();
    let columns = page.as_ref().map(|page| page.columns.clone() + "\n");
    let without_script = page.map(|page| page.without_script + "\n");
    assert_eq!(
        details,
        file("details.ndjson").unwrap_or_default(),
        "{name}"
    );
    assert_eq!(columns, file("columns.json").ok(), "{name}");
    assert_eq!(without_script, file("without-script.html").ok(), "{name}");
    assert_eq!(traces(&mut run), file("traces.base64").ok(), "{name}");
    let mut other = Run::new(Outputs {
        uploads: false,
        results: false,
    });
    other.keep_traces(traces_as(Encoding::Json));
    other.feed(&events);
    other.finish();
    assert_eq!(traces(&mut other), file("traces.ndjson").ok(), "{name}");
    assert_eq!(bodies, file("uploads.ndjson").unwrap(), "{name}");
    assert_eq!(receipts, file("receipts.ndjson").unwrap(), "{name}");
    assert_eq!(results, file("results.ndjson").unwrap(), "{name}");
    let expected: Value = serde_json::from_str(&file("summary.json").unwrap()).unwrap();
    assert_eq!(summary(&run, &progress), expected, "{name}");
}

fn traces_as(encoding: Encoding) -> Settings {
    Settings {
        encoding,
        service: String::new(),
    }
}

/// All bodies with traces, a line each; none where there are none.
fn traces(run: &mut Run) -> Option<String> {
    let mut lines = String::new();
    while let Some(traces) = run.take_traces(MAX_RESULTS) {
        lines += &(traces.body + "\n");
    }
    (!lines.is_empty()).then_some(lines)
}

fn run_env(line: &str) -> Option<String> {
    let parsed = event::parse(line.trim_start_matches('\u{feff}')).ok()?;
    let Event::RunStarted(run) = parsed.event else {
        return None;
    };
    let mut json = Writer::default();
    Surroundings::of(*run).run_env.write(&mut json);
    Some(json.into_string() + "\n")
}

fn summary(run: &Run, progress: &Progress) -> Value {
    let rejected = progress.rejected.iter().map(|rejected| {
        let error = match &rejected.error {
            event::EventError::Malformed(why) => json!({"malformed": why}),
            event::EventError::UnsupportedFormat(format) => json!({"unsupported-format": format}),
        };
        json!({"line": rejected.line, "error": error})
    });
    let (counts, problems) = (run.counts(), run.problems());
    json!({
        "passed": counts.passed,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "unknown": counts.unknown,
        "running": run.running(),
        "rejected-lines": run.rejected_lines(),
        "not-understood": run.not_understood(),
        "problem-count": problems.len(),
        "problems": problems.iter().take(limits::QUOTED).map(Problem::sentence).collect::<Vec<_>>(),
        "rejected": rejected.collect::<Vec<_>>(),
    })
}
