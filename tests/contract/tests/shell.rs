//! The component as a program: `wasmtime run collector.wasm < events.ndjson > uploads.ndjson`.

use contract::case::Case;
use contract::host::{Host, MEMORY, MIB};
use contract::lines;
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi::cli::StdoutStream;
use wasmtime_wasi::p2::pipe::{
    ClosedOutputStream, MemoryInputPipe, MemoryOutputPipe, SinkOutputStream,
};

/// What separates an upload's results from what is before them.
const DATA: &str = r#","data":["#;

/// What is behind them.
const END: &str = "]}\n";

#[test]
fn every_case_becomes_its_uploads() {
    for case in Case::all() {
        let (is_well, output, said) = run(&case.events);
        let expected = case.expected("uploads.ndjson");
        let summary = case.expected("summary.json");

        assert_eq!(output, in_one(&expected), "{}", case.name);
        let is_whole = summary.contains(r#""rejected-lines": 0,"#);
        let has_started = case.has("run-env.json") || !expected.is_empty();
        assert_eq!(is_well, is_whole && has_started, "{}: {said}", case.name);
        assert!(is_well || !said.is_empty(), "{}", case.name);
    }
}

#[test]
fn a_line_that_is_no_event_is_named() {
    let events = [lines::RUN_STARTED, "nonsense\n", lines::RUN_FINISHED].concat();
    let (is_well, output, said) = run(&events);
    assert!(!is_well && output.is_empty());
    assert!(said.starts_with("line 2: not an event: "), "{said}");
}

/// The traces of a case, which takes a few at a time, are those that the program makes at once.
#[test]
fn with_a_variable_it_makes_traces() {
    for case in Case::all() {
        if !case.has("traces.ndjson") {
            continue;
        }
        let output = MemoryOutputPipe::new(8 * MIB);
        run_with("traces", output.clone(), &case.events, MEMORY);
        assert_eq!(
            spans(&text(&output)),
            spans(&case.expected("traces.ndjson")),
            "{}",
            case.name
        );
    }
}

/// All spans in requests, a line each.
fn spans(requests: &str) -> Vec<serde_json::Value> {
    let requests = requests
        .lines()
        .map(|line| -> serde_json::Value { serde_json::from_str(line).expect("it is JSON") });
    requests
        .flat_map(|request| {
            let spans = &request["resourceSpans"][0]["scopeSpans"][0]["spans"];
            spans.as_array().expect("it has spans").clone()
        })
        .collect()
}

/// A hundred thousand tests in the memory of a few thousand.
#[test]
fn memory_does_not_grow_with_the_input() {
    let (is_well, said) = run_into(SinkOutputStream, &many_tests(), 8 * MIB);
    assert!(is_well, "{said}");
}

#[test]
fn an_output_that_closes_is_no_trap() {
    let (is_well, said) = run_into(ClosedOutputStream, &many_tests(), MEMORY);
    assert_eq!(
        (is_well, said.as_str()),
        (false, "the output cannot be written\n")
    );
}

fn many_tests() -> String {
    let tests = (lines::FIRST..).take(100_000).map(lines::passing_test);
    [lines::RUN_STARTED.to_owned()]
        .into_iter()
        .chain(tests)
        .chain([lines::RUN_FINISHED.to_owned()])
        .collect()
}

/// Whether it went well, and what it wrote to stdout and to stderr.
fn run(events: &str) -> (bool, String, String) {
    let output = MemoryOutputPipe::new(8 * MIB);
    let (is_well, said) = run_into(output.clone(), events, MEMORY);
    (is_well, text(&output), said)
}

fn run_into(output: impl StdoutStream + 'static, events: &str, memory: usize) -> (bool, String) {
    run_with("uploads", output, events, memory)
}

fn run_with(
    form: &str,
    output: impl StdoutStream + 'static,
    events: &str,
    memory: usize,
) -> (bool, String) {
    let errors = MemoryOutputPipe::new(MIB);
    let wasi = WasiCtx::builder()
        .env("COLLECTOR_OUTPUT", form)
        .stdin(MemoryInputPipe::new(events.to_owned()))
        .stdout(output)
        .stderr(errors.clone())
        .build();
    let mut program = Host::shared().with_wasi(wasi, memory).unwrap();
    let is_well = program.execute().unwrap();
    (is_well, text(&errors))
}

fn text(pipe: &MemoryOutputPipe) -> String {
    String::from_utf8(pipe.contents().to_vec()).unwrap()
}

/// The uploads of a case, which takes a few results at a time, as the one upload that a program
/// makes of so few.
fn in_one(uploads: &str) -> String {
    let (opening, _) = uploads.split_once(DATA).unwrap_or_default();
    let results: Vec<_> = uploads
        .split_inclusive('\n')
        .map(|upload| upload.split_once(DATA).expect("it has results").1)
        .map(|results| results.strip_suffix(END).expect("they end it"))
        .collect();
    match results.as_slice() {
        [] => String::new(),
        results => [opening, DATA, &results.join(","), END].concat(),
    }
}
