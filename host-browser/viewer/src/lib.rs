//! The component's fold for a browser: the same code, so that the same events give the same columns.
//!
//! JavaScript calls it through wasm-bindgen, as other hosts call `run` of `wit/`.

use collector::run::{Outputs, Run as Fold};
use wasm_bindgen::prelude::wasm_bindgen;

/// A run, from its events to its page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Run(Fold);

#[wasm_bindgen]
impl Run {
    /// A run without events, which will be taken as a page.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        let mut fold = Fold::new(Outputs {
            uploads: false,
            results: false,
        });
        fold.keep_page();
        Self(fold)
    }

    /// Folds whole lines into the run, and says which are no events.
    pub fn feed(&mut self, events: &str) -> Vec<String> {
        let rejected = self.0.feed(events).rejected;
        let said = rejected
            .into_iter()
            .map(|rejected| format!("line {}: {}", rejected.line, rejected.error));
        said.collect()
    }

    /// There are no more events.
    pub fn finish(&mut self) {
        self.0.finish();
    }

    /// The next block of failure texts that is whole; after the end, the rest.
    #[wasm_bindgen(js_name = takeDetails)]
    pub fn take_details(&mut self) -> Option<String> {
        self.0.take_page_details()
    }

    /// The run's columns, once, after its end and all details; none of a run that never started.
    #[wasm_bindgen(js_name = takeColumns)]
    pub fn take_columns(&mut self) -> Option<String> {
        self.0.take_page().map(|page| page.columns)
    }
}

impl Default for Run {
    fn default() -> Self {
        Self::new()
    }
}
