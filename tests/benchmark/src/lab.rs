//! Where the runs are made: one environment for all, so that they differ in the plugin alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

use crate::child::{self, Usage};
use crate::server::{Server, Traffic};
use crate::subject::{self, Subject};
use crate::suite::Suite;

/// A token that the stand-in lets in.
const TOKEN: &str = "stand-in-token";

/// The variable that says where a run leaves its marks.
const MARKS: &str = "BENCHMARK_MARKS";

/// The marks of a run: when its first test began and when its last one was there, each as CPU time
/// of the process and as time of day, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    first_cpu: f64,
    last_cpu: f64,
    last_time: f64,
}

/// One run of pytest.
#[derive(Debug, Clone)]
pub struct Trial {
    /// What it has used.
    pub usage: Usage,
    /// What its server saw.
    pub traffic: Traffic,
    /// What became of it where it did not pass.
    pub failure: Option<String>,
    marks: Marks,
}

impl Trial {
    /// Seconds of CPU before the first test.
    pub fn before(&self) -> f64 {
        self.marks.first_cpu
    }

    /// Seconds of CPU from the first test to the last.
    pub fn during(&self) -> f64 {
        self.marks.last_cpu - self.marks.first_cpu
    }

    /// Seconds of CPU from the last test on.
    pub fn after(&self) -> f64 {
        self.usage.cpu - self.marks.last_cpu
    }

    /// Seconds from the last test on.
    pub fn wall_after(&self) -> f64 {
        self.usage.ended - self.marks.last_time
    }
}

/// A run, and one of plain pytest.
#[derive(Debug)]
pub struct Pair {
    /// That of plain pytest.
    pub plain: Trial,
    /// The other.
    pub own: Trial,
}

/// The virtual environments, a folder to work in, and the server.
pub struct Lab {
    venvs: PathBuf,
    folder: PathBuf,
    server: Server,
}

impl Lab {
    /// Begins with an empty folder.
    pub fn new(venvs: PathBuf, folder: PathBuf) -> Result<Self> {
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder)?;
        let mut command = command(&venvs, &folder, "server");
        command.args(["-m", "server"]);
        let paths = [python(), contract::repository("tests")];
        command.env("PYTHONPATH", std::env::join_paths(paths)?);
        Ok(Self {
            server: Server::start(command)?,
            venvs,
            folder,
        })
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
        bench.trial(usage, traffic)
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
            plain: bench.trial(usage, Traffic::NONE)?,
            own: own?,
        })
    }

    /// Runs a suite without marks.
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
    ) -> Result<[f64; 2]> {
        let beside = self.bench("beside")?;
        let command = counted(&self.marked(&beside, other, twin), &beside.counts());
        let output = beside.output();
        let running = thread::spawn(move || child::run(command, &output));
        let bench = self.bench("own")?;
        let mut command = counted(&self.marked(&bench, subject, suite), &bench.counts());
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
        child::run(counted(&command, &bench.counts()), &bench.output())?;
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
        let usage = child::run(command, &bench.output())?;
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
        command
    }

    fn bench(&self, name: &str) -> Result<Bench> {
        Bench::new(self.folder.join("benches").join(name))
    }
}

/// What one run needs for itself, empty at first: nothing that an earlier run has cached.
struct Bench {
    folder: PathBuf,
}

impl Bench {
    fn new(folder: PathBuf) -> Result<Self> {
        fs::remove_dir_all(&folder).ok();
        let bench = Self { folder };
        fs::create_dir_all(bench.home())?;
        Ok(bench)
    }

    fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    fn marks(&self) -> PathBuf {
        self.folder.join("marks")
    }

    fn output(&self) -> PathBuf {
        self.folder.join("output")
    }

    fn counts(&self) -> PathBuf {
        self.folder.join("counts")
    }

    fn trial(&self, usage: Usage, traffic: Traffic) -> Result<Trial> {
        let output = fs::read(self.output())?;
        let marks = fs::read_to_string(self.marks())?;
        Ok(Trial {
            failure: failure(usage.code, &String::from_utf8_lossy(&output)),
            usage,
            traffic,
            marks: read_marks(&marks).context("a run left no marks")?,
        })
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

/// Whether instructions can be counted here.
pub fn can_count() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok()
}

/// The same command, whose instructions valgrind counts into a file.
fn counted(command: &Command, file: &Path) -> Command {
    let mut counted = Command::new("valgrind");
    counted
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg(format!("--cachegrind-out-file={}", file.display()))
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            counted.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        counted.current_dir(folder);
    }
    counted
}

/// How many instructions a file of cachegrind's says.
fn read_counts(file: &Path) -> Result<f64> {
    let text = fs::read_to_string(file).context("valgrind has counted nothing")?;
    let summary = text.lines().find_map(|line| line.strip_prefix("summary: "));
    Ok(summary
        .context("valgrind gives no sum")?
        .trim()
        .parse::<f64>()?)
}

/// Runs pytest.
const PYTEST: [&str; 2] = ["-m", "pytest"];

/// What became of a run, by its exit code and its output; nothing where it has passed.
fn failure(code: Option<i32>, output: &str) -> Option<String> {
    match code {
        Some(0) => None,
        Some(code) => Some(format!("exit code {code}, `{}`", child::complaint(output))),
        None => Some("a signal".to_owned()),
    }
}

/// Where the scripts are.
fn python() -> PathBuf {
    contract::repository("tests/benchmark/python")
        .canonicalize()
        .expect("it is beside this crate")
}

fn read_marks(text: &str) -> Option<Marks> {
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map_while(|word| word.parse().ok())
        .collect();
    // Of a suite of one test, the first is the last.
    let [first_cpu, .., last_cpu, last_time] = numbers[..] else {
        let &[first_cpu, last_time] = &numbers[..] else {
            return None;
        };
        return Some(Marks {
            first_cpu,
            last_cpu: first_cpu,
            last_time,
        });
    };
    Some(Marks {
        first_cpu,
        last_cpu,
        last_time,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_a_suite_and_of_a_single_test() {
        let marks = read_marks("0.5 100.0\n2.5 103.0\n").unwrap();
        assert_eq!((marks.first_cpu, marks.last_cpu), (0.5, 2.5));
        assert_eq!(marks.last_time, 103.0);
        let marks = read_marks("0.5 100.0\n").unwrap();
        assert_eq!((marks.first_cpu, marks.last_cpu), (0.5, 0.5));
        assert_eq!(marks.last_time, 100.0);
        assert!(read_marks("").is_none());
    }
}
