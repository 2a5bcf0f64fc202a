//! The golden cases of `tests/cases`: what a run's events must become.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, iter};

use serde::Serialize;
use wasmtime::Result;

use crate::host::{EventError, Host, MEMORY, Outputs, RejectedLine, Summary, TraceEncoding};
use crate::{golden, repository};

/// How many results are taken at a time, in every case.
pub const MAX_RESULTS: u32 = 3;

/// The input of a case.
const EVENTS: &str = "events.ndjson";

/// One behaviour: a folder of events and of what they become.
pub struct Case {
    /// The folder's name.
    pub name: String,
    folder: PathBuf,
    /// The content of `events.ndjson`.
    pub events: String,
}

impl Case {
    /// All cases, by name.
    ///
    /// # Panics
    ///
    /// Where a folder or its events cannot be read.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let entries = fs::read_dir(repository("tests/cases")).expect("there are cases");
        let mut cases: Vec<_> = entries
            .map(|entry| entry.expect("it can be listed").path())
            .filter(|path| path.is_dir())
            .map(|folder| Self {
                name: folder
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into(),
                events: fs::read_to_string(folder.join(EVENTS)).expect("it has events"),
                folder,
            })
            .collect();
        cases.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    /// Whether it has this file.
    #[must_use]
    pub fn has(&self, file: &str) -> bool {
        self.folder.join(file).is_file()
    }

    /// The content of a file that says what the events become.
    ///
    /// # Panics
    ///
    /// Where it is missing.
    #[must_use]
    pub fn expected(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect("it is there")
    }

    /// What the component makes of the events, by file name.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn outputs(&self, host: &Host) -> Result<BTreeMap<&'static str, String>> {
        let mut collector = host.collector(MEMORY)?;
        let first = self.events.lines().next().unwrap_or_default();
        let run_env = collector.run_env(first)?;

        let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS)?;
        run.keep_page()?;
        run.keep_traces(TraceEncoding::Protobuf, "")?;
        let progress = run.feed(&self.events)?;
        run.finish()?;
        let uploads = run.take_uploads(MAX_RESULTS)?;
        let results = run.take_all_results(MAX_RESULTS)?;
        let details = run.take_all_page_details()?;
        let page = run.take_page()?;
        let protobuf = run.take_all_traces(MAX_RESULTS)?;
        let summary = run.summary()?;
        run.close()?;

        let mut run = collector.run(Outputs::empty())?;
        run.keep_traces(TraceEncoding::Json, "")?;
        run.feed(&self.events)?;
        run.finish()?;
        let json = run.take_all_traces(MAX_RESULTS)?;
        run.close()?;

        let mut files = BTreeMap::from([
            (
                "uploads.ndjson",
                lines(uploads.iter().map(|upload| &upload.body)),
            ),
            (
                "receipts.ndjson",
                lines(uploads.iter().map(|upload| &upload.receipt)),
            ),
            ("results.ndjson", lines(&results)),
            (
                "summary.json",
                Report::new(&summary, &progress.rejected).pretty(),
            ),
        ]);
        if !details.is_empty() {
            files.insert("details.ndjson", lines(&details));
        }
        for (name, traces) in [("traces.base64", protobuf), ("traces.ndjson", json)] {
            if !traces.is_empty() {
                files.insert(name, lines(traces.iter().map(|traces| &traces.body)));
            }
        }
        if let Some(page) = page {
            files.insert("columns.json", lines([&page.columns]));
            files.insert("without-script.html", lines([&page.without_script]));
        }
        if let Ok(run_env) = run_env {
            files.insert("run-env.json", lines([&run_env]));
        }
        Ok(files)
    }

    /// Compares outputs with the files in the folder.
    ///
    /// # Errors
    ///
    /// In words, for each file that is missing, superfluous or different.
    ///
    /// # Panics
    ///
    /// Where the folder cannot be listed, or a file cannot be blessed.
    pub fn compare(&self, outputs: &BTreeMap<&'static str, String>) -> Vec<String> {
        let different = outputs
            .iter()
            .filter_map(|(name, actual)| golden::compare(&self.folder.join(name), actual).err());
        let superfluous = fs::read_dir(&self.folder)
            .expect("it can be listed")
            .map(|entry| entry.expect("it can be listed"))
            .filter(|entry| {
                let name = entry.file_name();
                name != EVENTS && !outputs.keys().any(|known| name == *known)
            })
            .filter_map(|entry| match golden::is_blessing() {
                true => {
                    fs::remove_file(entry.path()).expect("it can be removed");
                    None
                }
                false => Some(format!("{}: superfluous", entry.file_name().display())),
            });
        different
            .chain(superfluous)
            .map(|what| format!("{}/{what}", self.name))
            .collect()
    }
}

fn lines<'a>(lines: impl IntoIterator<Item = &'a String>) -> String {
    lines
        .into_iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

/// `summary.json`: the record `summary` of the WIT and the rejected lines, named as there.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report<'a> {
    passed: u64,
    failed: u64,
    skipped: u64,
    unknown: u64,
    running: u64,
    rejected_lines: u64,
    not_understood: u64,
    problem_count: u64,
    problems: &'a [String],
    rejected: Vec<Rejected<'a>>,
}

#[derive(Serialize)]
struct Rejected<'a> {
    line: u64,
    error: Error<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Error<'a> {
    Malformed(&'a str),
    UnexpectedEvent(&'a str),
    UnsupportedFormat(u32),
    Other(&'a str),
}

impl<'a> Report<'a> {
    fn new(summary: &'a Summary, rejected: &'a [RejectedLine]) -> Self {
        Self {
            passed: summary.passed,
            failed: summary.failed,
            skipped: summary.skipped,
            unknown: summary.unknown,
            running: summary.running,
            rejected_lines: summary.rejected_lines,
            not_understood: summary.not_understood,
            problem_count: summary.problem_count,
            problems: &summary.problems,
            rejected: rejected
                .iter()
                .map(|rejected| Rejected {
                    line: rejected.line,
                    error: Error::new(&rejected.error),
                })
                .collect(),
        }
    }

    fn pretty(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("it is plain data");
        json.chars().chain(iter::once('\n')).collect()
    }
}

impl<'a> Error<'a> {
    fn new(error: &'a EventError) -> Self {
        match error {
            EventError::Malformed(why) => Self::Malformed(why),
            EventError::UnexpectedEvent(name) => Self::UnexpectedEvent(name),
            EventError::UnsupportedFormat(format) => Self::UnsupportedFormat(*format),
            EventError::Other(why) => Self::Other(why),
        }
    }
}
