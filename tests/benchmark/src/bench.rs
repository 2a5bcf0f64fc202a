//! What one run needs for itself.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::child::{self, Usage};

/// What one run needs for itself, empty at first: nothing that an earlier run has cached.
pub struct Bench {
    /// Where all of it is.
    pub folder: PathBuf,
}

impl Bench {
    /// Makes it, empty.
    pub fn new(folder: PathBuf) -> Result<Self> {
        fs::remove_dir_all(&folder).ok();
        let bench = Self { folder };
        fs::create_dir_all(bench.home())?;
        fs::create_dir_all(bench.counts())?;
        Ok(bench)
    }

    /// The home of its user.
    pub fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Where its marks go.
    pub fn marks(&self) -> PathBuf {
        self.folder.join("marks")
    }

    /// Where its output goes.
    pub fn output(&self) -> PathBuf {
        self.folder.join("output")
    }

    /// Where its instructions are counted.
    pub fn counts(&self) -> PathBuf {
        self.folder.join("counts")
    }

    /// What became of the run where it has not passed.
    pub fn failure(&self, usage: &Usage) -> Result<Option<String>> {
        let output = fs::read(self.output())?;
        Ok(failure(usage.code, &String::from_utf8_lossy(&output)))
    }
}

/// What became of a run, by its exit code and its output; nothing where it has passed.
fn failure(code: Option<i32>, output: &str) -> Option<String> {
    match code {
        Some(0) => None,
        Some(code) => Some(format!("exit code {code}, `{}`", child::complaint(output))),
        None => Some("a signal".to_owned()),
    }
}
