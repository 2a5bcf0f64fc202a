//! The results that wait for each output.

use std::collections::VecDeque;
use std::rc::Rc;

use super::ranges::Ranges;
use crate::encode::Settled;

/// What will be taken from a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outputs {
    /// Upload bodies.
    pub uploads: bool,
    /// The results alone.
    pub results: bool,
}

/// One output of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Upload bodies.
    Uploads,
    /// The results alone.
    Results,
}

/// The outputs that there are, in the order of [`Output`].
const OUTPUTS: [Row; 2] = [
    Row {
        is_wanted: |outputs| outputs.uploads,
        is_server: true,
    },
    Row {
        is_wanted: |outputs| outputs.results,
        is_server: false,
    },
];

/// An output in the table.
struct Row {
    /// Whether a run has it.
    is_wanted: fn(Outputs) -> bool,
    /// Whether it goes to the server, which gets nothing twice.
    is_server: bool,
}

/// Results in the order in which they finished. Each lives until every output has taken it.
#[derive(Debug)]
pub struct Waiting {
    outputs: Outputs,
    accepted: Ranges,
    queues: [VecDeque<Rc<Settled>>; OUTPUTS.len()],
}

impl Waiting {
    /// Nothing that waits, for outputs of a run.
    #[must_use]
    pub fn new(outputs: Outputs) -> Self {
        Self {
            outputs,
            accepted: Ranges::default(),
            queues: Default::default(),
        }
    }

    /// Adds a result for every output that wants it.
    pub fn push(&mut self, settled: Settled) {
        let is_accepted = self.accepted.contains(settled.number);
        let settled = Rc::new(settled);
        for (output, queue) in OUTPUTS.iter().zip(&mut self.queues) {
            if (output.is_wanted)(self.outputs) && !(output.is_server && is_accepted) {
                queue.push_back(Rc::clone(&settled));
            }
        }
    }

    /// The next result for an output.
    pub fn pop(&mut self, output: Output) -> Option<Rc<Settled>> {
        self.queues[output as usize].pop_front()
    }

    /// Gives a result back, to be the next again.
    pub fn unpop(&mut self, output: Output, settled: Rc<Settled>) {
        self.queues[output as usize].push_front(settled);
    }

    /// How many results wait for an output.
    #[must_use]
    pub fn count(&self, output: Output) -> usize {
        self.queues[output as usize].len()
    }

    /// Leaves out the results that the server has accepted, now and from now on.
    pub fn accept(&mut self, ranges: Vec<(u64, u64)>) {
        self.accepted = std::mem::take(&mut self.accepted).with(ranges);
        for (output, queue) in OUTPUTS.iter().zip(&mut self.queues) {
            if output.is_server {
                queue.retain(|settled| !self.accepted.contains(settled.number));
            }
        }
    }
}
