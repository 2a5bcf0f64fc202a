//! Where the runs are made: one environment for all, so that they differ in the plugin alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

use crate::child::{self, Usage};
use crate::server::{Server, Traffic};
use crate::subject::Subject;
use crate::suite::Suite;

/// A token that the stand-in lets in.
const TOKEN: &str = "stand-in-token";

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
        let mut command = command(&venvs, &folder, "server", &["-m", "server"]);
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
        let marks = self.folder.join("marks");
        fs::remove_file(&marks).ok();
        let (usage, traffic) =
            self.pytest(subject, suite, delay, &["-m", "pytest"], |command| {
                command.env("BENCHMARK_MARKS", &marks);
            })?;
        let output = fs::read(self.output())?;
        Ok(Trial {
            failure: failure(usage.code, &String::from_utf8_lossy(&output)),
            usage,
            traffic,
            marks: read_marks(&fs::read_to_string(&marks)?).context("a run left no marks")?,
        })
    }

    /// Runs a suite without marks.
    pub fn usage(
        &mut self,
        subject: &Subject,
        suite: &Suite,
        (name, value): (&str, &str),
    ) -> Result<Usage> {
        let pytest = ["-m", "pytest"];
        Ok(self
            .pytest(subject, suite, 0.0, &pytest, |command| {
                command.env(name, value);
            })?
            .0)
    }

    /// Counts the calls of Python functions that a suite takes.
    pub fn calls(&mut self, subject: &Subject, suite: &Suite) -> Result<f64> {
        let script = python().join("calls.py").display().to_string();
        let file = self.folder.join("calls").display().to_string();
        self.pytest(subject, suite, 0.0, &[&script, &file], |_| ())?;
        Ok(fs::read_to_string(file)?.parse()?)
    }

    /// Runs one of the scripts beside this crate, and reads the JSON that it prints.
    pub fn script<T: DeserializeOwned>(
        &self,
        venv: &str,
        script: &str,
        arguments: &[&str],
    ) -> Result<T> {
        let script = python().join(script).display().to_string();
        let mut command = command(&self.venvs, &self.folder, venv, &[&script]);
        command.args(arguments).env("HOME", self.new_home()?);
        let output = command.output()?;
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

    fn pytest(
        &mut self,
        subject: &Subject,
        suite: &Suite,
        delay: f64,
        program: &[&str],
        prepare: impl FnOnce(&mut Command),
    ) -> Result<(Usage, Traffic)> {
        // What pytest remembers of an earlier run changes what it does in the next.
        fs::remove_dir_all(suite.folder.join(".pytest_cache")).ok();
        let mut command = command(&self.venvs, &suite.folder, subject.venv, program);
        command.arg("-q").args(subject.arguments);
        if let Some(option) = subject.output {
            let file = self.folder.join("report");
            fs::remove_file(&file).ok();
            command.arg(format!("{option}={}", file.display()));
        }
        command.env("HOME", self.new_home()?);
        if subject.uploads {
            command.env("BUILDKITE_ANALYTICS_TOKEN", TOKEN);
            command.env("BUILDKITE_ANALYTICS_API_URL", self.server.open(delay)?);
        }
        prepare(&mut command);
        let usage = child::run(command, &self.output())?;
        let traffic = match subject.uploads {
            true => self.server.close()?,
            false => Traffic::NONE,
        };
        Ok((usage, traffic))
    }

    /// An empty home: nothing that an earlier process has cached.
    fn new_home(&self) -> Result<PathBuf> {
        let home = self.folder.join("home");
        fs::remove_dir_all(&home).ok();
        fs::create_dir_all(&home)?;
        Ok(home)
    }

    fn output(&self) -> PathBuf {
        self.folder.join("output")
    }
}

/// Python in one of the environments, with next to nothing of ours around it: what is set here may
/// change what Python compiles, which plugins load, and where uploads go.
fn command(venvs: &Path, folder: &Path, venv: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(venvs.join(venv).join("bin/python"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONPATH", python());
    command
}

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
