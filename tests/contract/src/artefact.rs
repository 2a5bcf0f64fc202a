//! The component, built as all who carry it build it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use xtask::component::Build;

/// Where the component lies. The first call builds it.
///
/// # Panics
///
/// Where it does not build.
#[must_use]
pub fn path() -> &'static Path {
    static PATH: LazyLock<PathBuf> = LazyLock::new(|| {
        let build = Build::here().expect("cargo has a home");
        build.run().expect("the component builds")
    });
    &PATH
}

/// The component's bytes.
///
/// # Panics
///
/// Where it does not build.
#[must_use]
pub fn bytes() -> Vec<u8> {
    fs::read(path()).expect("cargo has just written it")
}
