//! What the commands of a developer and the tests share.

pub mod archive;
pub mod component;
pub mod core_module;
pub mod inventory;
pub mod precompiled;
pub mod sources;
pub mod step;
pub mod version;

use std::path::PathBuf;

/// The top of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// Where everything that is built goes.
#[must_use]
pub fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    root().join(target)
}
