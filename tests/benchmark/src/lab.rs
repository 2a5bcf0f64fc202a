//! Where the runs are made: one environment for all, so that they differ in the plugin alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Result, ensure};
use serde::de::DeserializeOwned;

use crate::adopted;
use crate::bench::Bench;
use crate::child::{self, Usage};
use crate::plan::Cores;
use crate::server::{Server, Traffic};
use crate::subject::{self, Subject};
use crate::suite::Suite;
use crate::trial::{Pair, Trial, Whole};
use crate::wrapper::{Counted, counted, pinned, read_counts};

/// A token that the stand-in lets in.
const TOKEN: &str = "stand-in-token";

/// The variable that says where a run leaves its marks.
const MARKS: &str = "BENCHMARK_MARKS";

/// The virtual environments, what runs in them, a folder to work in, and the server.
pub struct Lab {
    subjects: Vec<Subject>,
    venvs: PathBuf,
    folder: PathBuf,
    server: Server,
}

impl Lab {
    /// Begins with an empty folder.
    pub fn new(venvs: PathBuf, folder: PathBuf, subjects: Vec<Subject>) -> Result<Self> {
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder)?;
        let mut command = command(&venvs, &folder, "server");
        command.args(["-m", "server"]);
        let paths = [python(), contract::repository("tests")];
        command.env("PYTHONPATH", std::env::join_paths(paths)?);
        adopted::begin()?;
        Ok(Self {
            subjects,
            server: Server::start(command)?,
            venvs,
            folder,
        })
    }

    /// What is compared with plain pytest.
    pub fn subjects(&self) -> Vec<Subject> {
        self.subjects.clone()
    }

    /// The folder to work in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a suite; the server answers after so many seconds.
    pub fn trial(&mut self, subject: &Subject, suite: &Suite, delay: f64) -> Result<Trial> {
        let bench = self.bench("own")?;
        let command = self.marked(&bench, subject, suite);
        let (usage, traffic) = self.run(&bench, subject, delay, command)?;
        Trial::new(&bench, usage, traffic)
    }

    /// Runs a suite, and at the same time its twin with plain pytest: whatever slows the machine
    /// down slows both.
    pub fn pair(&mut self, subject: &Subject, [suite, twin]: &[Suite; 2]) -> Result<Pair> {
        let bench = self.bench("plain")?;
        let plain = self.marked(&bench, &subject::PLAIN, twin);
        let output = bench.output();
        let plain = thread::spawn(move || child::run(plain, &output));
        let own = self.trial(subject, suite, 0.0);
        let usage = plain.join().expect("it does not panic")?;
        Ok(Pair {
            plain: Trial::new(&bench, usage, Traffic::NONE)?,
            own: own?,
        })
    }

    /// Runs a suite without marks, on some cores; the server answers after so many seconds.
    pub fn whole(
        &mut self,
        subject: &Subject,
        suite: &Suite,
        cores: Cores,
        delay: f64,
    ) -> Result<Whole> {
        let bench = self.bench("own")?;
        let mut command = self.command(&bench, subject, suite, |command| {
            command.args(PYTEST);
        });
        if cores == Cores::One {
            command = pinned(&command);
        }
        let (usage, traffic) = self.run(&bench, subject, delay, command)?;
        Ok(Whole {
            failure: bench.failure(&usage)?,
            usage,
            traffic,
        })
    }

    /// Runs a suite without marks, with a variable.
    pub fn usage(
        &mut self,
        subject: &Subject,
        suite: &Suite,
        (name, value): (&str, &str),
    ) -> Result<Usage> {
        let bench = self.bench("own")?;
        let command = self.command(&bench, subject, suite, |command| {
            command.args(PYTEST).env(name, value);
        });
        Ok(self.run(&bench, subject, 0.0, command)?.0)
    }

    /// Counts the instructions that a suite takes, and with another subject, which uploads nothing,
    /// its twin. They run at the same time: whatever slows them down, they are as many.
    pub fn instructions(
        &mut self,
        subject: &Subject,
        other: &Subject,
        [suite, twin]: &[Suite; 2],
        whose: Counted,
    ) -> Result<[f64; 2]> {
        let beside = self.bench("beside")?;
        let command = counted(&self.marked(&beside, other, twin), &beside.counts(), whose);
        let output = beside.output();
        let running = thread::spawn(move || child::run(command, &output));
        let bench = self.bench("own")?;
        let mut command = counted(&self.marked(&bench, subject, suite), &bench.counts(), whose);
        // Everything takes fifty times as long there.
        command.env("BUILDKITE_ANALYTICS_UPLOAD_INTERVAL", "0");
        command.env("BUILDKITE_ANALYTICS_UPLOAD_TIMEOUT", "3600");
        let own = self.run(&bench, subject, 0.0, command);
        running.join().expect("it does not panic")?;
        own?;
        Ok([
            read_counts(&bench.counts())?,
            read_counts(&beside.counts())?,
        ])
    }

    /// Counts the instructions that one of the scripts beside this crate takes.
    pub fn script_instructions(&self, venv: &str, script: &str, arguments: &[&str]) -> Result<f64> {
        let bench = self.bench("own")?;
        let command = self.script_command(&bench, venv, script, arguments);
        let command = counted(&command, &bench.counts(), Counted::Process);
        child::run(command, &bench.output())?;
        read_counts(&bench.counts())
    }

    /// Counts the calls of Python functions that a suite takes.
    pub fn calls(&mut self, subject: &Subject, suite: &Suite) -> Result<f64> {
        let bench = self.bench("own")?;
        let file = bench.folder.join("calls");
        let command = self.command(&bench, subject, suite, |command| {
            command.arg(python().join("calls.py")).arg(&file);
        });
        self.run(&bench, subject, 0.0, command)?;
        Ok(fs::read_to_string(file)?.parse()?)
    }

    /// Runs one of the scripts beside this crate, and reads the JSON that it prints.
    pub fn script<T: DeserializeOwned>(
        &self,
        venv: &str,
        script: &str,
        arguments: &[&str],
    ) -> Result<T> {
        let bench = self.bench("own")?;
        let output = self
            .script_command(&bench, venv, script, arguments)
            .output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{script} failed: {error}");
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Forgets what pytest has compiled of the plugins in an environment, as if they had just been
    /// installed.
    pub fn forget_compiled(&self, venv: &str) -> Result<()> {
        let mut folders = vec![self.venvs.join(venv).join("lib")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name().to_string_lossy().contains("-pytest-") {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }

    /// Runs a command, with a server where it is to upload.
    fn run(
        &mut self,
        bench: &Bench,
        subject: &Subject,
        delay: f64,
        mut command: Command,
    ) -> Result<(Usage, Traffic)> {
        if subject.uploads {
            command.env("BUILDKITE_ANALYTICS_TOKEN", TOKEN);
            command.env("BUILDKITE_ANALYTICS_API_URL", self.server.open(delay)?);
        }
        let mut usage = child::run(command, &bench.output())?;
        // It may still be busy, with the server, too.
        usage.courier = adopted::wait_for_all()?;
        let traffic = match subject.uploads {
            true => self.server.close()?,
            false => Traffic::NONE,
        };
        Ok((usage, traffic))
    }

    fn script_command(
        &self,
        bench: &Bench,
        venv: &str,
        script: &str,
        arguments: &[&str],
    ) -> Command {
        let mut command = command(&self.venvs, &self.folder, venv);
        command.arg(python().join(script));
        command.args(arguments).env("HOME", bench.home());
        command
    }

    /// A run of pytest that leaves marks.
    fn marked(&self, bench: &Bench, subject: &Subject, suite: &Suite) -> Command {
        self.command(bench, subject, suite, |command| {
            command.args(PYTEST).env(MARKS, bench.marks());
        })
    }

    fn command(
        &self,
        bench: &Bench,
        subject: &Subject,
        suite: &Suite,
        program: impl FnOnce(&mut Command),
    ) -> Command {
        // What pytest remembers of an earlier run changes what it does in the next.
        fs::remove_dir_all(suite.folder.join(".pytest_cache")).ok();
        let mut command = command(&self.venvs, &suite.folder, subject.venv);
        program(&mut command);
        command.arg("-q").args(subject.arguments);
        if let Some(option) = subject.output {
            let file = bench.folder.join("report");
            command.arg(format!("{option}={}", file.display()));
        }
        command.env("HOME", bench.home());
        command.envs(subject.variables.iter().copied());
        command
    }

    fn bench(&self, name: &str) -> Result<Bench> {
        Bench::new(self.folder.join("benches").join(name))
    }
}

/// Python in one of the environments, with next to nothing of ours around it: what is set here may
/// change what Python compiles, which plugins load, and where uploads go.
fn command(venvs: &Path, folder: &Path, venv: &str) -> Command {
    let mut command = Command::new(venvs.join(venv).join("bin/python"));
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONPATH", python());
    command
}

/// Runs pytest.
const PYTEST: [&str; 2] = ["-m", "pytest"];

/// Where the scripts are.
fn python() -> PathBuf {
    contract::repository("tests/benchmark/python")
        .canonicalize()
        .expect("it is beside this crate")
}
