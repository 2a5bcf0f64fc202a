//! A host in Rust: the component on the `wasmtime` crate.

use std::sync::LazyLock;

use wasmtime::component::{Component, Linker, ResourceAny, ResourceTable};
use wasmtime::{Config, Engine, Result, Store, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::artefact;

#[expect(missing_docs, reason = "what bindgen adds to the documented WIT")]
mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit", world: "test-collector" });
}

use bindings::{TestCollector, TestCollectorPre};

pub use bindings::exports::buildkite::test_collector::collector::{
    EventError, Outputs, Page, Progress, RejectedLine, Summary, TraceEncoding, Traces, Upload,
};

/// How much memory a collector may use unless a test says otherwise, in bytes.
pub const MEMORY: usize = 256 * MIB;

/// How much stack WebAssembly may use, in bytes: a quarter of what wasmtime gives by default,
/// because a host may call from a thread whose own stack is small.
pub const STACK: usize = 128 * 1024;

/// A mebibyte.
pub const MIB: usize = 1024 * 1024;

/// As much fuel as there is.
const FUEL: u64 = u64::MAX;

/// The compiled component.
pub struct Host {
    engine: Engine,
    component: TestCollectorPre<State>,
    is_metered: bool,
}

impl Host {
    /// The host that tests share, compiled at the first call.
    ///
    /// # Panics
    ///
    /// Where the component does not build or compile.
    #[must_use]
    pub fn shared() -> &'static Self {
        static HOST: LazyLock<Host> = LazyLock::new(|| Host::new(false));
        &HOST
    }

    /// The same, counting the work that the component does.
    ///
    /// # Panics
    ///
    /// Where the component does not build or compile.
    #[must_use]
    pub fn metered() -> &'static Self {
        static HOST: LazyLock<Host> = LazyLock::new(|| Host::new(true));
        &HOST
    }

    fn new(is_metered: bool) -> Self {
        let engine = Engine::new(config().consume_fuel(is_metered)).expect("they fit together");
        let component = Component::from_file(&engine, artefact::path()).expect("it compiles");
        Self {
            is_metered,
            ..Self::of(&engine, &component)
        }
    }

    /// A host of the component as it was compiled elsewhere.
    ///
    /// # Panics
    ///
    /// Where it is another component.
    #[must_use]
    pub fn of(engine: &Engine, component: &Component) -> Self {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker).expect("nothing else is linked");
        let component = linker
            .instantiate_pre(component)
            .and_then(TestCollectorPre::new)
            .expect("WASI is all that it imports");
        Self {
            engine: engine.clone(),
            component,
            is_metered: false,
        }
    }

    /// A new instance that may use this much memory.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn collector(&self, memory: usize) -> Result<Collector> {
        self.with_wasi(WasiCtx::builder().build(), memory)
    }

    /// The same, that sees a WASI which is not empty.
    ///
    /// # Errors
    ///
    /// A trap.
    pub fn with_wasi(&self, wasi: WasiCtx, memory: usize) -> Result<Collector> {
        let state = State {
            wasi,
            resources: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(memory).build(),
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.limits);
        if self.is_metered {
            store.set_fuel(FUEL)?;
        }
        let exports = self.component.instantiate(&mut store)?;
        Ok(Collector { store, exports })
    }
}

/// What the Python host sets, with less stack.
#[must_use]
pub fn config() -> Config {
    let mut config = precompile::config();
    config.max_wasm_stack(STACK);
    config
}

struct State {
    wasi: WasiCtx,
    resources: ResourceTable,
    limits: StoreLimits,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.resources,
        }
    }
}

/// An instance of the component. Every error of it and of its runs is a trap.
pub struct Collector {
    store: Store<State>,
    exports: TestCollector,
}

#[expect(clippy::missing_errors_doc, reason = "said above, once for all")]
impl Collector {
    /// The environment variables that it wants to see.
    pub fn variables(&mut self) -> Result<Vec<String>> {
        self.exports
            .buildkite_test_collector_collector()
            .call_variables(&mut self.store)
    }

    /// The `run_env` of a run with this first line.
    pub fn run_env(&mut self, run_started: &str) -> Result<Result<String, EventError>> {
        self.exports
            .buildkite_test_collector_collector()
            .call_run_env(&mut self.store, run_started)
    }

    /// A new run.
    pub fn run(&mut self, outputs: Outputs) -> Result<Run<'_>> {
        let handle = self
            .exports
            .buildkite_test_collector_collector()
            .run()
            .call_constructor(&mut self.store, outputs)?;
        Ok(Run {
            collector: self,
            handle,
        })
    }

    /// Runs it as a program, and returns whether that was well.
    pub fn execute(&mut self) -> Result<bool> {
        let result = self.exports.wasi_cli_run().call_run(&mut self.store)?;
        Ok(result.is_ok())
    }

    /// How much it has worked so far, in wasmtime's units of fuel.
    pub fn work(&self) -> Result<u64> {
        Ok(FUEL - self.store.get_fuel()?)
    }
}

/// A run in an instance.
pub struct Run<'a> {
    collector: &'a mut Collector,
    handle: ResourceAny,
}

macro_rules! call {
    ($run:expr, $function:ident $(, $argument:expr)*) => {
        $run.collector
            .exports
            .buildkite_test_collector_collector()
            .run()
            .$function(&mut $run.collector.store, $run.handle $(, $argument)*)
    };
}

#[expect(clippy::missing_errors_doc, reason = "said above, once for all")]
impl Run<'_> {
    /// Says that it will be taken as a page.
    pub fn keep_page(&mut self) -> Result<()> {
        call!(self, call_keep_page)
    }

    /// Says that its traces will be taken.
    pub fn keep_traces(&mut self, encoding: TraceEncoding, service: &str) -> Result<()> {
        call!(self, call_keep_traces, encoding, service)
    }

    /// Feeds it lines.
    pub fn feed(&mut self, events: &str) -> Result<Progress> {
        call!(self, call_feed, events)
    }

    /// Feeds it one line, and returns what it says of that: why it is no event, or which fields of
    /// it are ignored.
    pub fn faults(&mut self, line: &str) -> Result<Vec<String>> {
        let rejected = self.feed(line)?.rejected.into_iter();
        let rejected = rejected.map(|line| format!("{:?}", line.error));
        let problems = self.summary()?.problems.into_iter();
        let ignored = problems.filter(|problem| problem.contains(", ignored field "));
        Ok(rejected.chain(ignored).collect())
    }

    /// Says that no more are to come.
    pub fn finish(&mut self) -> Result<()> {
        call!(self, call_finish)
    }

    /// Takes one request.
    pub fn take_upload(&mut self, max_results: u32) -> Result<Option<Upload>> {
        call!(self, call_take_upload, max_results)
    }

    /// Takes requests until there are none.
    pub fn take_uploads(&mut self, max_results: u32) -> Result<Vec<Upload>> {
        std::iter::from_fn(|| self.take_upload(max_results).transpose()).collect()
    }

    /// Takes one array of results.
    pub fn take_results(&mut self, max_results: u32) -> Result<Option<String>> {
        call!(self, call_take_results, max_results)
    }

    /// Takes arrays of results until there are none.
    pub fn take_all_results(&mut self, max_results: u32) -> Result<Vec<String>> {
        std::iter::from_fn(|| self.take_results(max_results).transpose()).collect()
    }

    /// Takes the page's blocks of failure texts until there are none.
    pub fn take_all_page_details(&mut self) -> Result<Vec<String>> {
        std::iter::from_fn(|| call!(self, call_take_page_details).transpose()).collect()
    }

    /// Takes the page.
    pub fn take_page(&mut self) -> Result<Option<Page>> {
        call!(self, call_take_page)
    }

    /// Takes one request with traces.
    pub fn take_traces(&mut self, max_executions: u32) -> Result<Option<Traces>> {
        call!(self, call_take_traces, max_executions)
    }

    /// Takes requests with traces until there are none.
    pub fn take_all_traces(&mut self, max_executions: u32) -> Result<Vec<Traces>> {
        std::iter::from_fn(|| self.take_traces(max_executions).transpose()).collect()
    }

    /// What happened so far.
    pub fn summary(&mut self) -> Result<Summary> {
        call!(self, call_summary)
    }

    /// How much its instance has worked so far.
    pub fn work(&self) -> Result<u64> {
        self.collector.work()
    }

    /// Gives it back.
    pub fn close(self) -> Result<()> {
        self.handle.resource_drop(&mut self.collector.store)
    }
}
