//! Couriers: they are nobody's children, so this program has them become its own, to learn what they
//! have used.

use std::fs;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::child::{self, Used};

/// How long a courier may go on after its run: its own limit, and some for valgrind, in which it may
/// run.
const LIMIT: Duration = Duration::from_secs(600);

/// Has all processes become this one's children that its children leave behind.
pub fn begin() -> Result<()> {
    // SAFETY: this option takes a number, and changes nothing but whose child an orphan becomes.
    let result = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) };
    ensure!(result == 0, std::io::Error::last_os_error());
    Ok(())
}

/// Waits for what a run has left behind; what it has used together, if there was any.
///
/// The couriers of runs at the same time cannot be told apart: one of those alone may have one.
pub fn wait_for_all() -> Result<Option<Used>> {
    let mut all: Option<Used> = None;
    let began = Instant::now();
    // Where the process in between is left behind as well, the courier becomes ours after it.
    while let Some(orphan) = orphans()?.first().copied() {
        while !has_ended(orphan) {
            if began.elapsed() > LIMIT {
                end(orphan)?;
                bail!("a run has left a process behind that does not end");
            }
            thread::sleep(Duration::from_millis(2));
        }
        let (_, used) = child::wait(orphan)?;
        all = Some(all.map_or(used, |other| Used {
            cpu: other.cpu + used.cpu,
            peak: other.peak.max(used.peak),
        }));
    }
    Ok(all)
}

/// Whether it can be waited for without waiting.
fn has_ended(id: u32) -> bool {
    Fields::of(id).is_none_or(|fields| fields.state == "Z")
}

/// All that there are now. Each leads a session of its own, which nothing does that this program
/// has started itself.
fn orphans() -> Result<Vec<u32>> {
    let own = process::id();
    let session = Fields::of(own).map(|fields| fields.session);
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // Others come and go.
        if let Some(fields) = Fields::of(id)
            && fields.parent == own
            && Some(fields.session) != session
        {
            found.push(id);
        }
    }
    Ok(found)
}

/// Ends a process.
fn end(id: u32) -> Result<()> {
    let id = libc::pid_t::try_from(id)?;
    // SAFETY: the child was not waited for yet, so that the number is still its own.
    unsafe { libc::kill(id, libc::SIGKILL) };
    Ok(())
}

/// What `/proc/PID/stat` says: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
#[derive(Debug, PartialEq, Eq)]
struct Fields {
    state: String,
    parent: u32,
    session: u32,
}

impl Fields {
    fn of(id: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        // The name before may have spaces and brackets in it.
        let (_, fields) = text.rsplit_once(')')?;
        let mut fields = fields.split_whitespace();
        let state = fields.next()?.to_owned();
        let parent = fields.next()?.parse().ok()?;
        let session = fields.nth(1)?.parse().ok()?;
        Some(Self {
            state,
            parent,
            session,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_brackets() {
        let fields = Fields::parse("7 (a) b (c) Z 5 6 8 0 -1").unwrap();
        let expected = Fields {
            state: "Z".to_owned(),
            parent: 5,
            session: 8,
        };
        assert_eq!(fields, expected);
        assert!(Fields::parse("7").is_none());
    }
}
