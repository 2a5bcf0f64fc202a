//! A process, run to its end, and what it has used.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, ensure};

/// What a process has used, and the one that it has left behind to deliver its results.
#[derive(Debug, Clone)]
pub struct Usage {
    /// User and system time, in seconds, with that of the children it has waited for.
    pub cpu: f64,
    /// The most memory that it had at once, in megabytes.
    pub peak: f64,
    /// Seconds from its start to its end: what a person waits for.
    pub wall: f64,
    /// When it ended, in seconds since the epoch.
    pub ended: f64,
    /// Its exit code; none where a signal has ended it.
    pub code: Option<i32>,
    /// What its courier has used; none where it had none, or nobody has waited for that.
    pub courier: Option<Used>,
}

impl Usage {
    /// Seconds of CPU of the process and of its courier.
    pub fn total_cpu(&self) -> f64 {
        self.cpu + self.courier.map_or(0.0, |courier| courier.cpu)
    }
}

/// What the system says of a process that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// User and system time, in seconds.
    pub cpu: f64,
    /// The most memory that it had at once, in megabytes.
    pub peak: f64,
}

/// Runs a command with its output in a file.
pub fn run(mut command: Command, output: &Path) -> Result<Usage> {
    let file = File::create(output)?;
    command.stdout(file.try_clone()?).stderr(file);
    let began = Instant::now();
    let child = command
        .spawn()
        .with_context(|| format!("{} cannot be run", command.get_program().display()))?;
    let (status, used) = wait(child.id())?;
    let wall = began.elapsed().as_secs_f64();
    let ended = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs_f64();
    Ok(Usage {
        cpu: used.cpu,
        peak: used.peak,
        wall,
        ended,
        code: status,
        courier: None,
    })
}

/// What a failed process says for itself: its last line that names an error, or else its last.
pub fn complaint(output: &str) -> &str {
    let lines = || {
        output
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let names_error = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        name.ends_with("Error") && !name.contains(' ')
    };
    let said = lines().rfind(names_error).or_else(|| lines().next_back());
    said.unwrap_or("no output")
}

/// Waits for a process that is this one's child; its exit code, and what it has used.
#[cfg(unix)]
pub fn wait(id: u32) -> Result<(Option<i32>, Used)> {
    use std::mem::MaybeUninit;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    let id = libc::pid_t::try_from(id)?;
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are valid, and the child is nobody else's to wait for.
    let waited = unsafe { libc::wait4(id, &raw mut status, 0, usage.as_mut_ptr()) };
    ensure!(waited == id, std::io::Error::last_os_error());
    // SAFETY: zeroes are a valid `rusage`, too.
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + f64::from(time.tv_usec as i32) / 1e6;
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") {
        1.0
    } else {
        1024.0
    };
    Ok((
        ExitStatus::from_raw(status).code(),
        Used {
            cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            peak: usage.ru_maxrss as f64 * unit / 1e6,
        },
    ))
}

/// Waits for a process that is this one's child.
#[cfg(not(unix))]
pub fn wait(_: u32) -> Result<(Option<i32>, Used)> {
    anyhow::bail!("the benchmark needs wait4, which this system has not")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_the_last_error() {
        let output = "ValueError: first\n  File \"x\"\nRecursionError: too deep\n\n2 passed\n";
        assert_eq!(complaint(output), "RecursionError: too deep");
        assert_eq!(complaint("1 failed\n\n"), "1 failed");
        assert_eq!(complaint(""), "no output");
    }
}
