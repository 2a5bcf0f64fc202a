//! The executions that have started and not finished.

use std::collections::VecDeque;

use crate::execution::Execution;

/// The executions that run, by number. Numbers grow, so that the newest is always the last, and a
/// number says by itself whether its execution has already started.
#[derive(Debug, Default)]
pub struct Running {
    /// In the order of their numbers; none for one that has finished after an older one that has
    /// not.
    executions: VecDeque<(u64, Option<Box<Execution>>)>,
    newest: Option<u64>,
    count: u64,
}

impl Running {
    /// Adds an execution, if its number is greater than all before it, and says whether it was.
    #[must_use]
    pub fn start(&mut self, execution: Execution) -> bool {
        let number = execution.test().execution;
        if self.has_started(number) {
            return false;
        }
        self.newest = Some(number);
        self.count += 1;
        self.executions
            .push_back((number, Some(Box::new(execution))));
        true
    }

    /// Takes a number for a result without a start, if it is greater than all before it, and says
    /// whether it was.
    #[must_use]
    pub fn reserve(&mut self, number: u64) -> bool {
        let is_new = !self.has_started(number);
        if is_new {
            self.newest = Some(number);
        }
        is_new
    }

    /// Whether the execution of that number has started, or could have.
    #[must_use]
    pub fn has_started(&self, number: u64) -> bool {
        self.newest.is_some_and(|newest| number <= newest)
    }

    /// The execution of that number, if it runs.
    pub fn get_mut(&mut self, number: u64) -> Option<&mut Execution> {
        let index = self.index(number)?;
        self.executions[index].1.as_deref_mut()
    }

    /// Takes the execution of that number out, if it runs.
    pub fn finish(&mut self, number: u64) -> Option<Box<Execution>> {
        let index = self.index(number)?;
        let execution = self.executions[index].1.take()?;
        self.count -= 1;
        while let Some((_, None)) = self.executions.front() {
            self.executions.pop_front();
        }
        Some(execution)
    }

    /// Takes the oldest execution out.
    pub fn finish_oldest(&mut self) -> Option<Box<Execution>> {
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
