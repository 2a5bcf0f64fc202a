//! The results that wait for each output.

use std::collections::{BTreeMap, VecDeque};
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

/// The results that wait, for each output in the order in which they finished. A result lives until
/// every output has taken it.
#[derive(Debug)]
pub struct Waiting {
    outputs: Outputs,
    /// What the server has, of this run and of those before it.
    accepted: Ranges,
    queues: [Queue; OUTPUTS.len()],
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
                queue.push(Rc::clone(&settled));
            }
        }
    }

    /// The next result for an output.
    pub fn pop(&mut self, output: Output) -> Option<Rc<Settled>> {
        self.queues[output as usize].pop()
    }

    /// Gives a result back, to be the next again.
    pub fn unpop(&mut self, output: Output, settled: Rc<Settled>) {
        self.queues[output as usize].unpop(settled);
    }

    /// How many results wait for an output.
    #[must_use]
    pub const fn count(&self, output: Output) -> u64 {
        self.queues[output as usize].count
    }

    /// Leaves out the results that the server has accepted, now and from now on.
    pub fn accept(&mut self, first: u64, last: u64) {
        self.accepted.insert(first, last);
        for (output, queue) in OUTPUTS.iter().zip(&mut self.queues) {
            if output.is_server {
                queue.remove(first, last);
            }
        }
    }
}

/// Results in the order in which they finished. Once somebody names results, they can be found by
/// their numbers as well, so that naming some does not look at all the others.
#[derive(Debug, Default)]
struct Queue {
    /// None for a result that was removed.
    results: VecDeque<Option<Rc<Settled>>>,
    /// How many results are left.
    count: u64,
    /// How many places have left the front.
    taken: u64,
    /// The place of each number, counted from the first that there ever was.
    places: Option<BTreeMap<u64, u64>>,
}

impl Queue {
    fn push(&mut self, settled: Rc<Settled>) {
        if let Some(places) = &mut self.places {
            let place = self.taken + self.results.len() as u64;
            places.insert(settled.number, place);
        }
        self.results.push_back(Some(settled));
        self.count += 1;
    }

    fn pop(&mut self) -> Option<Rc<Settled>> {
        loop {
            let next = self.results.pop_front()?;
            self.taken += 1;
            let Some(next) = next else {
                continue;
            };
            if let Some(places) = &mut self.places {
                places.remove(&next.number);
            }
            self.count -= 1;
            return Some(next);
        }
    }

    fn unpop(&mut self, settled: Rc<Settled>) {
        self.taken -= 1;
        if let Some(places) = &mut self.places {
            places.insert(settled.number, self.taken);
        }
        self.results.push_front(Some(settled));
        self.count += 1;
    }

    fn remove(&mut self, first: u64, last: u64) {
        if last < first {
            return;
        }
        let places = self.places.get_or_insert_with(|| {
            let mut places = BTreeMap::new();
            for (settled, place) in self.results.iter().zip(self.taken..) {
                if let Some(settled) = settled {
                    places.insert(settled.number, place);
                }
            }
            places
        });
        while let Some((&number, &place)) = places.range(first..=last).next() {
            places.remove(&number);
            self.results[(place - self.taken) as usize] = None;
            self.count -= 1;
        }
    }
}
