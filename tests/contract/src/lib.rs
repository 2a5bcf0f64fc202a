//! A small host for the built component, and what its tests share.
//!
//! The tests beside this crate ask of the artefact what `wit/` promises, in a real wasmtime with
//! the engine settings of the Python host. What the logic does is tested natively in `guest/`.

pub mod artefact;
pub mod case;
pub mod golden;
pub mod host;
pub mod lines;
pub mod random;
pub mod schema;

use std::path::PathBuf;

/// A path of the repository.
#[must_use]
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}
