//! `rust-host COMPONENT [ARGUMENTS OF CARGO TEST]`: runs tests, and uploads what they say.
//!
//! It exits as the tests do: with 1 where one failed. What goes wrong with an upload is said, and
//! changes nothing. Each event is written when it happens, to the file that `RUST_HOST_EVENTS` names,
//! or another that is removed once all has arrived: a crash, or a server that is down, leaves it.
//! OpenTelemetry's traces are written to the file that `RUST_HOST_TRACES` names.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use rust_host::binaries::{self, Binary};
use rust_host::collector::Collector;
use rust_host::story::Story;
use rust_host::surroundings::run_started;
use rust_host::upload::TestEngine;
use serde_json::{Value, json};
use wasmtime::Result;
use wasmtime::error::Context;

/// Names the file that the run goes to as OpenTelemetry's traces, a request a line.
const TRACES: &str = "RUST_HOST_TRACES";

fn main() -> Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let component = arguments.next().context("where is the component?")?;
    let binaries = binaries::build(&arguments.collect::<Vec<_>>())?;

    // Loaded before the tests, because it says which variables it wants to see. A host that must
    // start at once takes them from `wit/variables.txt`.
    let mut collector = Collector::load(Path::new(&component))?;
    let mut recording = Recording::begin()?;
    recording.add([run_started(&collector.variables()?)]);
    let mut story = Story::default();
    let mut is_well = true;
    for binary in &binaries {
        is_well &= recording.run(binary, &mut story)?;
    }
    let status = u8::from(!is_well);
    let time = recording.time();
    recording.add([json!({"event": "run-finished", "time": time, "status": status})]);

    match deliver(&mut collector, &mut recording) {
        Ok(()) if recording.is_named => {}
        Ok(()) => drop(fs::remove_file(&recording.path)),
        Err(error) => {
            say(&format!("{error:#}"));
            let path = recording.path.display();
            say(&format!(
                "what was not sent is kept; send it by: buildkite-test-collector upload {path}"
            ));
        }
    }
    Ok(ExitCode::from(status))
}

/// The events of a run, as they come.
struct Recording {
    origin: Instant,
    events: String,
    file: File,
    path: PathBuf,
    /// Whether the user has named the file, and wants to keep it.
    is_named: bool,
}

impl Recording {
    fn begin() -> Result<Self> {
        let named = env::var_os("RUST_HOST_EVENTS").map(PathBuf::from);
        let is_named = named.is_some();
        let other = || env::temp_dir().join(format!("events-{}.ndjson", uuid::Uuid::new_v4()));
        let path = named.unwrap_or_else(other);
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        Ok(Self {
            origin: Instant::now(),
            events: String::new(),
            file,
            path,
            is_named,
        })
    }

    /// Runs a binary's tests and returns whether it ended well.
    fn run(&mut self, binary: &Binary, story: &mut Story) -> Result<bool> {
        let mut tests = Command::new(&binary.path)
            .args([
                "-Z",
                "unstable-options",
                "--format",
                "json",
                "--report-time",
            ])
            .current_dir(&binary.folder)
            .env("CARGO_MANIFEST_DIR", &binary.folder)
            // libtest's JSON is not stable.
            .env("RUSTC_BOOTSTRAP", "1")
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be run", binary.path.display()))?;
        let lines = BufReader::new(tests.stdout.take().context("it is piped")?);
        for line in lines.lines() {
            let heard = story.hear(&line?, &binary.scope, &binary.file, self.time());
            self.add(heard);
        }
        let status = tests.wait()?;
        let left = story.ended(&format!("the test's process ended: {status}"), self.time());
        self.add(left);
        Ok(status.success())
    }

    fn add(&mut self, events: impl IntoIterator<Item = Value>) {
        for event in events {
            self.add_line(&event.to_string());
        }
    }

    fn add_line(&mut self, line: &str) {
        let start = self.events.len();
        self.events.push_str(line);
        self.events.push('\n');
        if let Err(error) = self.file.write_all(&self.events.as_bytes()[start..]) {
            say(&format!("{}: {error}", self.path.display()));
        }
    }

    fn time(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }
}

/// Feeds the events, and sends what becomes of them.
fn deliver(collector: &mut Collector, recording: &mut Recording) -> Result<()> {
    if env::var_os(TRACES).is_some() {
        collector.keep_traces("cargo-test")?;
    }
    for rejected in collector.feed(&recording.events)?.rejected {
        say(&format!("line {}: {:?}", rejected.line, rejected.error));
    }
    let uploads = collector.finish()?;
    if let Some(file) = env::var_os(TRACES) {
        let traces = collector.take_traces()?;
        let lines = traces.iter().flat_map(|traces| [&*traces.body, "\n"]);
        fs::write(file, lines.collect::<String>())?;
    }
    let summary = collector.summary()?;
    for problem in &summary.problems {
        say(problem);
    }
    say(&format!(
        "{} passed, {} failed, {} skipped",
        summary.passed, summary.failed, summary.skipped
    ));
    let Some(engine) = TestEngine::of_environment() else {
        return Ok(());
    };
    for upload in uploads {
        engine.upload(&upload.body)?;
        // A replay sends none of these again.
        recording.add_line(&upload.receipt);
        say(&format!("{} results uploaded", upload.results));
    }
    Ok(())
}

fn say(line: &str) {
    eprintln!("Buildkite Test Engine: {line}");
}
