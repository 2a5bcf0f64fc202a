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
    /// Traces.
    Traces,
}

/// The outputs that there are, in the order of [`Output`].
const OUTPUTS: [Output; 3] = [Output::Uploads, Output::Results, Output::Traces];

/// The results that wait, for each output in the order in which they finished. A result lives until
/// every output has taken it.
#[derive(Debug)]
pub struct Waiting {
    /// Whether each output is wanted.
    wanted: [bool; OUTPUTS.len()],
    /// What the server has of each, of this run and of those before it: it gets nothing twice.
    accepted: [Ranges; OUTPUTS.len()],
    queues: [Queue; OUTPUTS.len()],
}

impl Waiting {
    /// Nothing that waits, for outputs of a run.
    #[must_use]
    pub fn new(outputs: Outputs) -> Self {
        Self {
            wanted: [outputs.uploads, outputs.results, false],
            accepted: Default::default(),
            queues: Default::default(),
        }
    }

    /// Adds a result for every output that wants it.
    pub fn push(&mut self, settled: Settled) {
        let settled = Rc::new(settled);
        for output in OUTPUTS {
            if self.is_wanted(output, settled.number) {
                self.queues[output as usize].push(Rc::clone(&settled));
            }
        }
    }

    /// Adds an output that will be taken of what is settled from now on.
    pub const fn want(&mut self, output: Output) {
        self.wanted[output as usize] = true;
    }

    /// Whether an output wants the result of that number.
    #[must_use]
    pub fn is_wanted(&self, output: Output, number: u64) -> bool {
        self.wanted[output as usize] && !self.accepted[output as usize].contains(number)
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

    /// Leaves out the results that the server of an output has accepted, now and from now on.
    pub fn accept(&mut self, output: Output, first: u64, last: u64) {
        self.accepted[output as usize].insert(first, last);
        self.queues[output as usize].remove(first, last);
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
