//! The Test Engine collector: the events of a test run in, the uploads of that run out.
//!
//! Everything here is pure: it knows no test runner, no file, no socket and no clock but what the
//! events carry, so that `cargo test` runs it natively. Only `component` and `command`, compiled for
//! WebAssembly alone, know the component model; they translate between `wit/` and [`run::Run`], or
//! [`filter::filter`].
//!
//! ```text
//! line ──event──► Event ──run──► Execution ──outcome, span──► payload ──► upload, results
//!                   └─environment──► run_env ─────────────────────────────────────┘
//! ```

pub mod earlier;
pub mod environment;
pub mod event;
pub mod execution;
pub mod fields;
pub mod filter;
pub mod found;
pub mod identity;
pub mod json;
pub mod limits;
pub mod outcome;
pub mod payload;
pub mod problem;
pub mod ranges;
pub mod run;
pub mod running;
pub mod settings;
pub mod span;
pub mod tag;
pub mod text;

#[cfg(target_family = "wasm")]
mod command;
#[cfg(target_family = "wasm")]
mod component;
