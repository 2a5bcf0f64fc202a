//! The stand-in for Test Engine, in a process of its own: its work is not the plugins'.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// What a stand-in saw of one run.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Traffic {
    /// How many requests there were.
    pub requests: f64,
    /// Over how many connections.
    pub connections: f64,
    /// How large their bodies were together, as they travelled.
    pub bytes: f64,
    /// How many results they brought.
    pub results: f64,
}

impl Traffic {
    /// Of a run without a server.
    pub const NONE: Self = Self {
        requests: 0.0,
        connections: 0.0,
        bytes: 0.0,
        results: 0.0,
    };
}

/// Stand-ins, one after another.
pub struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the process that `python/server.py` is.
    pub fn start(mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().context("it is piped")?),
            child,
        })
    }

    /// Opens a stand-in that answers after so many seconds, and returns its URL.
    pub fn open(&mut self, delay: f64) -> Result<String> {
        self.ask(&delay.to_string())
    }

    /// Closes it, and returns what it saw.
    pub fn close(&mut self) -> Result<Traffic> {
        Ok(serde_json::from_str(&self.ask("")?)?)
    }

    fn ask(&mut self, line: &str) -> Result<String> {
        let input = self.input.as_mut().context("it is open until the end")?;
        writeln!(input, "{line}")?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        ensure!(!answer.is_empty(), "the stand-in has ended");
        Ok(answer.trim_end().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input.
        self.input = None;
        self.child.wait().ok();
    }
}
