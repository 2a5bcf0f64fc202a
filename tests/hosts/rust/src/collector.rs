//! The component, on the `wasmtime` crate.

use std::path::Path;

use wasmtime::component::{Component, Linker, ResourceAny, ResourceTable};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

#[expect(missing_docs, reason = "what bindgen adds to the documented WIT")]
mod bindings {
    wasmtime::component::bindgen!({ path: "../../../wit", world: "test-collector" });
}

use bindings::TestCollector;

pub use bindings::exports::buildkite::test_collector::collector::{
    EventError, Outputs, Progress, RejectedLine, Summary, TraceEncoding, Traces, Upload,
};

/// How many results go into one upload.
pub const MAX_RESULTS: u32 = 500;

/// An instance of the component, with one run in it.
///
/// Every error is a trap: the instance is of no use afterwards, and the events, which the host has
/// kept, can be fed to another one.
pub struct Collector {
    store: Store<State>,
    exports: TestCollector,
    run: ResourceAny,
}

/// What the component sees of the world: an empty WASI.
struct State {
    wasi: WasiCtx,
    resources: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.resources,
        }
    }
}

impl Collector {
    /// Loads the component, and begins a run in it.
    ///
    /// # Errors
    ///
    /// Where there is no component of this version at the path.
    pub fn load(path: &Path) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::from_file(&engine, path)?;
        let mut linker = Linker::<State>::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        let state = State {
            wasi: WasiCtx::builder().build(),
            resources: ResourceTable::new(),
        };
        let mut store = Store::new(&engine, state);
        let exports = TestCollector::instantiate(&mut store, &component, &linker)?;
        let run = exports
            .buildkite_test_collector_collector()
            .run()
            .call_constructor(&mut store, Outputs::UPLOADS)?;
        Ok(Self {
            store,
            exports,
            run,
        })
    }

    /// The environment variables that a `run-started` event should carry.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn variables(&mut self) -> Result<Vec<String>> {
        let collector = self.exports.buildkite_test_collector_collector();
        collector.call_variables(&mut self.store)
    }

    /// Says that the run's traces will be taken as JSON, too, before any line of it.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn keep_traces(&mut self, service: &str) -> Result<()> {
        let run = self.exports.buildkite_test_collector_collector().run();
        run.call_keep_traces(&mut self.store, self.run, TraceEncoding::Json, service)
    }

    /// Takes all traces of a run that has ended.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn take_traces(&mut self) -> Result<Vec<Traces>> {
        let run = self.exports.buildkite_test_collector_collector().run();
        let traces = std::iter::from_fn(|| {
            let traces = run.call_take_traces(&mut self.store, self.run, MAX_RESULTS);
            traces.transpose()
        });
        traces.collect()
    }

    /// Feeds whole lines.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn feed(&mut self, events: &str) -> Result<Progress> {
        let run = self.exports.buildkite_test_collector_collector().run();
        run.call_feed(&mut self.store, self.run, events)
    }

    /// Ends the run, and takes all its uploads.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn finish(&mut self) -> Result<Vec<Upload>> {
        let run = self.exports.buildkite_test_collector_collector().run();
        run.call_finish(&mut self.store, self.run)?;
        let uploads = std::iter::from_fn(|| {
            let upload = run.call_take_upload(&mut self.store, self.run, MAX_RESULTS);
            upload.transpose()
        });
        uploads.collect()
    }

    /// What happened so far.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn summary(&mut self) -> Result<Summary> {
        let run = self.exports.buildkite_test_collector_collector().run();
        run.call_summary(&mut self.store, self.run)
    }
}
