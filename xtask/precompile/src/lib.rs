//! The component as code that wasmtime need not compile any more, for every target of the wheel.
//!
//! The bytes are those that wasmtime-py of this version makes, with one difference: it can make them
//! for its own processor alone.

use std::thread;

use wasmtime::{Config, Engine, Result};

/// What code is made for: bytecode for wasmtime's interpreter, and the processors that most runs are
/// on, each with what all of its kind can do. Of a target wasmtime looks at processor and system:
/// the code is for musl, too.
pub const TARGETS: [&str; 3] = [
    "pulley64",
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
];

/// How wasmtime runs the component in the Python host, whose `component/code.py` says why.
///
/// Code that was made with other settings is refused.
#[must_use]
pub fn config() -> Config {
    let mut config = Config::new();
    config
        .signals_based_traps(false)
        .memory_reservation(64 << 20)
        .memory_guard_size(0);
    config
}

/// The name of the file with the code for a target.
#[must_use]
pub fn file_name(target: &str) -> String {
    format!("collector.{target}.cwasm")
}

/// A component's code for each of the targets, in their order.
///
/// # Errors
///
/// Where it is no component.
///
/// # Panics
///
/// Where the compiler does.
pub fn precompile(component: &[u8]) -> Result<Vec<Vec<u8>>> {
    let code = |target| Engine::new(config().target(target)?)?.precompile_component(component);
    thread::scope(|scope| {
        TARGETS
            .map(|target| scope.spawn(move || code(target)))
            .map(|thread| thread.join().expect("the compiler does not panic"))
            .into_iter()
            .collect()
    })
}
