//! The export shell: what `wit/` promises, translated to and from [`crate::run`].

use std::cell::RefCell;

use crate::command;
use crate::encode::otlp;
use crate::environment::{self, Surroundings};
use crate::event::{self, Event, EventError as Error};
use crate::json::Writer;
use crate::limits;
use crate::problem::Problem;
use crate::{run, scrub, text};

wit_bindgen::generate!({ path: "../wit", world: "test-collector", generate_all });

use exports::buildkite::test_collector::collector::{
    EventError, Guest, GuestRun, Outputs, Page, Progress, RejectedLine, Summary, TraceEncoding,
    Traces, Upload,
};

struct Component;

impl exports::wasi::cli::run::Guest for Component {
    fn run() -> Result<(), ()> {
        command::run()
    }
}

impl Guest for Component {
    type Run = Run;

    fn variables() -> Vec<String> {
        environment::variables()
    }

    fn run_env(run_started: String) -> Result<String, EventError> {
        match event::parse(run_started.trim_start_matches('\u{feff}'))?.event {
            Event::RunStarted(run) => {
                let mut json = Writer::default();
                Surroundings::of(*run).run_env.write(&mut json);
                Ok(json.into_string())
            }
            other => {
                let name = text::shortened(other.name(), limits::PROBLEM_CHARS).0;
                let name = scrub::one_line(name.into_owned());
                Err(EventError::UnexpectedEvent(name))
            }
        }
    }
}

struct Run(RefCell<run::Run>);

impl GuestRun for Run {
    fn new(outputs: Outputs) -> Self {
        Self(RefCell::new(run::Run::new(run::Outputs {
            uploads: outputs.contains(Outputs::UPLOADS),
            results: outputs.contains(Outputs::RESULTS),
        })))
    }

    fn keep_page(&self) {
        self.0.borrow_mut().keep_page();
    }

    fn feed(&self, events: String) -> Progress {
        let progress = self.0.borrow_mut().feed(&events);
        Progress {
            lines: progress.lines,
            uploadable: progress.uploadable,
            rejected: progress
                .rejected
                .into_iter()
                .map(|rejected| RejectedLine {
                    line: rejected.line,
                    error: rejected.error.into(),
                })
                .collect(),
        }
    }

    fn finish(&self) {
        self.0.borrow_mut().finish();
    }

    fn take_upload(&self, max_results: u32) -> Option<Upload> {
        let upload = self.0.borrow_mut().take_upload(max_results)?;
        Some(Upload {
            body: upload.body,
            receipt: upload.receipt,
            results: upload.results,
        })
    }

    fn take_results(&self, max_results: u32) -> Option<String> {
        self.0.borrow_mut().take_results(max_results)
    }

    fn take_page_details(&self) -> Option<String> {
        self.0.borrow_mut().take_page_details()
    }

    fn take_page(&self) -> Option<Page> {
        let page = self.0.borrow_mut().take_page()?;
        Some(Page {
            columns: page.columns,
            without_script: page.without_script,
        })
    }

    fn keep_batch(&self, tests: Vec<(String, String)>) {
        self.0.borrow_mut().keep_batch(tests);
    }

    fn take_batch(&self) -> String {
        self.0.borrow_mut().take_batch()
    }

    fn keep_traces(&self, encoding: TraceEncoding, service: String) {
        let encoding = match encoding {
            TraceEncoding::Protobuf => otlp::Encoding::Protobuf,
            TraceEncoding::Json => otlp::Encoding::Json,
        };
        let settings = otlp::Settings { encoding, service };
        self.0.borrow_mut().keep_traces(settings);
    }

    fn take_traces(&self, max_executions: u32) -> Option<Traces> {
        let traces = self.0.borrow_mut().take_traces(max_executions)?;
        Some(Traces {
            body: traces.body,
            receipt: traces.receipt,
            executions: traces.executions,
        })
    }

    fn summary(&self) -> Summary {
        let run = self.0.borrow();
        let counts = run.counts();
        let problems = run.problems();
        Summary {
            passed: counts.passed,
            failed: counts.failed,
            skipped: counts.skipped,
            unknown: counts.unknown,
            running: run.running(),
            rejected_lines: run.rejected_lines(),
            not_understood: run.not_understood(),
            problem_count: problems.len() as u64,
            problems: problems
                .iter()
                .take(limits::QUOTED)
                .map(Problem::sentence)
                .collect(),
        }
    }
}

impl From<Error> for EventError {
    fn from(error: Error) -> Self {
        match error {
            Error::Malformed(why) => Self::Malformed(why),
            Error::UnsupportedFormat(format) => Self::UnsupportedFormat(format),
        }
    }
}

export!(Component);
