//! Programs that run a command in their own way: valgrind counts, taskset pins.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// Whose instructions valgrind counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Those of the process alone.
    Process,
    /// Those of all that it starts as well.
    Everything,
}

/// Whether instructions can be counted here.
pub fn can_count() -> bool {
    is_there("valgrind")
}

/// The same command, whose instructions valgrind counts, a file for each process.
pub fn counted(command: &Command, folder: &Path, whose: Counted) -> Command {
    let trace = match whose {
        Counted::Process => "--trace-children=no",
        Counted::Everything => "--trace-children=yes",
    };
    let file = folder.join("%p").display().to_string();
    let file = format!("--cachegrind-out-file={file}");
    let tool = ["--tool=cachegrind", "--cache-sim=no", trace, &file];
    wrapped("valgrind", &tool, command)
}

/// How many instructions the files in a folder say.
pub fn read_counts(folder: &Path) -> Result<f64> {
    const NOTHING: &str = "valgrind has counted nothing";
    let mut sum = None;
    for entry in fs::read_dir(folder).context(NOTHING)? {
        let text = fs::read_to_string(entry?.path())?;
        let summary = text.lines().find_map(|line| line.strip_prefix("summary: "));
        let count = summary.context("valgrind gives no sum")?.trim();
        sum = Some(sum.unwrap_or(0.0) + count.parse::<f64>()?);
    }
    sum.context(NOTHING)
}

/// Whether a command can be kept on one core here.
pub fn can_pin() -> bool {
    is_there("taskset") && last_core().is_some()
}

/// The same command on one core, and all that it starts.
pub fn pinned(command: &Command) -> Command {
    // The first one has the interrupts.
    let core = last_core().unwrap_or_else(|| "0".to_owned());
    wrapped("taskset", &["--cpu-list", &core], command)
}

/// The last of the cores that this process may use.
fn last_core() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    last_of_list(&status).map(str::to_owned)
}

fn last_of_list(status: &str) -> Option<&str> {
    let mut lines = status.lines();
    let list = lines.find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    list.trim().rsplit([',', '-']).next()
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// A program that is told to run a command, in the same place and environment.
fn wrapped(program: &str, arguments: &[&str], command: &Command) -> Command {
    let mut wrapped = Command::new(program);
    wrapped
        .args(arguments)
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            wrapped.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_core_of_a_list() {
        let last = |list: &str| {
            let status = format!("Name:\tx\nCpus_allowed_list:\t{list}\n");
            last_of_list(&status).map(str::to_owned)
        };
        assert_eq!(last("0-1").as_deref(), Some("1"));
        assert_eq!(last("0-3,8").as_deref(), Some("8"));
        assert_eq!(last("5").as_deref(), Some("5"));
        assert_eq!(last_of_list(""), None);
    }
}
