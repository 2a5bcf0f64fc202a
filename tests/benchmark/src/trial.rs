//! A run of pytest that is over.

use std::fs;

use anyhow::{Context, Result};

use crate::bench::Bench;
use crate::child::Usage;
use crate::marks::Marks;
use crate::server::Traffic;

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
    /// Reads what a run has left.
    pub fn new(bench: &Bench, usage: Usage, traffic: Traffic) -> Result<Self> {
        let marks = fs::read_to_string(bench.marks())?;
        Ok(Self {
            failure: bench.failure(&usage)?,
            usage,
            traffic,
            marks: Marks::read(&marks).context("a run left no marks")?,
        })
    }

    /// Seconds of CPU of the whole run, its courier's included.
    pub fn cpu(&self) -> f64 {
        self.usage.total_cpu()
    }

    /// Seconds of CPU of its courier.
    pub fn courier_cpu(&self) -> f64 {
        self.usage.courier.map_or(0.0, |courier| courier.cpu)
    }

    /// Seconds of CPU before the first test.
    pub fn before(&self) -> f64 {
        self.marks.first_cpu
    }

    /// Seconds of CPU from the first test to the last.
    pub fn during(&self) -> f64 {
        self.marks.last_cpu - self.marks.first_cpu
    }

    /// Seconds of CPU of the test process from the last test on.
    pub fn after(&self) -> f64 {
        self.usage.cpu - self.marks.last_cpu
    }

    /// Seconds from the last test on.
    pub fn wall_after(&self) -> f64 {
        self.usage.ended - self.marks.last_time
    }
}

/// One run of pytest, without marks.
#[derive(Debug)]
pub struct Whole {
    /// What it has used.
    pub usage: Usage,
    /// What its server saw.
    pub traffic: Traffic,
    /// What became of it where it did not pass.
    pub failure: Option<String>,
}

/// A run, and one of plain pytest.
#[derive(Debug)]
pub struct Pair {
    /// That of plain pytest.
    pub plain: Trial,
    /// The other.
    pub own: Trial,
}
