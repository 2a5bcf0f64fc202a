//! The executions that have started and not finished.

use std::collections::VecDeque;

use crate::execution::Execution;

/// The executions that run, by number. Numbers grow, so that the newest is always the last, and a
/// number says by itself whether its execution may still start. A `BTreeMap` would cost the component
/// seven kilobytes.
#[derive(Debug, Default)]
pub struct Running {
    /// In the order of their numbers; none for one that has finished after an older one that has
    /// not.
    executions: VecDeque<(u64, Option<Box<Execution>>)>,
    newest: Option<u64>,
    count: u64,
}

impl Running {
    /// Takes a number, if it is greater than all before it, and says whether it was.
    #[must_use]
    pub fn reserve(&mut self, number: u64) -> bool {
        let is_new = !self.is_past(number);
        if is_new {
            self.newest = Some(number);
        }
        is_new
    }

    /// Adds an execution, whose number has just been reserved.
    pub fn start(&mut self, execution: Execution) {
        let number = execution.number();
        self.count += 1;
        self.executions
            .push_back((number, Some(Box::new(execution))));
    }

    /// Whether a number is too small for an execution that is still to start.
    #[must_use]
    pub fn is_past(&self, number: u64) -> bool {
        self.newest.is_some_and(|newest| number <= newest)
    }

    /// The execution of that number, if it runs.
    pub fn get_mut(&mut self, number: u64) -> Option<&mut Execution> {
        let index = self.index(number)?;
        self.executions[index].1.as_deref_mut()
    }

    /// Takes the execution of that number out, if it runs.
    pub fn finish(&mut self, number: u64) -> Option<Execution> {
        let index = self.index(number)?;
        let execution = self.executions[index].1.take()?;
        self.count -= 1;
        while let Some((_, None)) = self.executions.front() {
            self.executions.pop_front();
        }
        Some(*execution)
    }

    /// Takes the oldest execution out.
    pub fn finish_oldest(&mut self) -> Option<Execution> {
        let number = self.executions.front()?.0;
        self.finish(number)
    }

    /// How many run.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    fn index(&self, number: u64) -> Option<usize> {
        self.executions
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()
    }
}
