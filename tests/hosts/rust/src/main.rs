//! `rust-host COMPONENT [ARGUMENTS OF CARGO TEST]`: runs tests, and uploads what they say.
//!
//! It exits as the tests do: with 1 where one failed. What goes wrong with an upload is said, and
//! changes nothing; the events are in the file that `RUST_HOST_EVENTS` names.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;
use std::{env, fs};

use rust_host::binaries::{self, Binary};
use rust_host::collector::Collector;
use rust_host::story::Story;
use rust_host::surroundings::run_started;
use rust_host::upload::TestEngine;
use serde_json::{Value, json};
use wasmtime::Result;
use wasmtime::error::Context;

fn main() -> Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let component = arguments.next().context("where is the component?")?;
    let binaries = binaries::build(&arguments.collect::<Vec<_>>())?;

    // Loaded before the tests, because it says which variables it wants to see. A host that must
    // start at once takes them from `wit/variables.txt`.
    let mut collector = Collector::load(Path::new(&component))?;
    let mut recording = Recording {
        origin: Instant::now(),
        events: String::new(),
    };
    recording.add([run_started(&collector.variables()?)]);
    let mut story = Story::default();
    let mut is_well = true;
    for binary in &binaries {
        is_well &= recording.run(binary, &mut story)?;
    }
    let status = u8::from(!is_well);
    let time = recording.time();
    recording.add([json!({"event": "run-finished", "time": time, "status": status})]);

    if let Some(file) = env::var_os("RUST_HOST_EVENTS") {
        fs::write(file, &recording.events)?;
    }
    deliver(&mut collector, &recording.events).unwrap_or_else(|error| say(&format!("{error:#}")));
    Ok(ExitCode::from(status))
}

/// The events of a run, as they come.
struct Recording {
    origin: Instant,
    events: String,
}

impl Recording {
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
            writeln!(self.events, "{event}").expect("a string takes everything");
        }
    }

    fn time(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }
}

/// Feeds the events, and sends what becomes of them.
fn deliver(collector: &mut Collector, events: &str) -> Result<()> {
    for rejected in collector.feed(events)?.rejected {
        say(&format!("line {}: {:?}", rejected.line, rejected.error));
    }
    let uploads = collector.finish()?;
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
        say(&format!("{} results uploaded", upload.results));
    }
    Ok(())
}

fn say(line: &str) {
    eprintln!("Buildkite Test Engine: {line}");
}
