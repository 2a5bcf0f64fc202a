//! An example host: the component on the `wasmtime` crate, fed with what Rust's own tests say.
//!
//! ```text
//! cargo ──binaries──► libtest's JSON ──story──► events ──collector──► bodies ──upload──► Test Engine
//! ```
//!
//! The rest of it is what every host needs, whatever it listens to: [`collector`], [`surroundings`]
//! and [`upload`].

pub mod binaries;
pub mod collector;
pub mod story;
pub mod surroundings;
pub mod upload;
