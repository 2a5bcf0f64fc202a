//! The Test Engine collector: the events of a test run in, the uploads of that run out.
//!
//! Everything here is pure: it knows no test runner, no file, no socket and no clock but what the
//! events carry, so that `cargo test` runs it natively. Only `component` and `command`, compiled for
//! WebAssembly alone, know the component model; they translate between `wit/` and [`run::Run`], or
//! [`filter::filter`].
//!
//! ```text
//! line ──event──► Event ──run──► Execution ──settled──► waits for each output ──encode──► text
//!                   └─environment──► run_env ───────────────────────────────────┘
//! ```
//!
//! A room knows only the rooms above it:
//!
//! | room | holds |
//! |---|---|
//! | [`limits`], [`text`], [`json`], [`scrub`], [`run_id`] | what all others share |
//! | [`event`] | the vocabulary, and how a line is read |
//! | [`problem`] | what a person should hear of |
//! | [`environment`] | where a run takes place |
//! | [`span`], [`tag`] | parts of an execution, held to Test Engine's rules |
//! | [`execution`] | one run of one test, and its result |
//! | [`encode`] | what a settled execution becomes, a file for each form |
//! | [`run`] | the fold, and what waits to be taken |
//! | [`filter`], `component`, `command` | the doors |

pub mod encode;
pub mod environment;
pub mod event;
pub mod execution;
pub mod filter;
pub mod json;
pub mod limits;
pub mod problem;
pub mod run;
pub mod run_id;
pub mod scrub;
pub mod span;
pub mod tag;
pub mod text;

#[cfg(target_os = "wasi")]
mod command;
#[cfg(target_os = "wasi")]
mod component;
