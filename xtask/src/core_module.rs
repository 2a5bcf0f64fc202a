//! The core module inside the component, for hosts that have WebAssembly and no component model.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasmparser::{Parser, Payload};

/// Its name, in whatever folder it lies.
pub const FILE: &str = "collector.core.wasm";

/// Only the module that was compiled exports this; the others connect it with its imports.
const ALLOCATOR: &str = "cabi_realloc";

/// Writes the module beside its component, and returns its path.
///
/// # Errors
///
/// As [`extract`], and where a file cannot be read or written.
pub fn write(component: &Path) -> Result<PathBuf> {
    let path = component.with_file_name(FILE);
    fs::write(&path, extract(&fs::read(component)?)?)
        .with_context(|| path.display().to_string())?;
    Ok(path)
}

/// The bytes of the module that the component wraps, as they are.
///
/// # Errors
///
/// Where the bytes are no component, or there is no such module in it.
pub fn extract(component: &[u8]) -> Result<&[u8]> {
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection {
            unchecked_range, ..
        } = payload?
        {
            let range = unchecked_range.start as usize..unchecked_range.end as usize;
            let module = component
                .get(range)
                .context("the component ends inside of a module")?;
            if exports(module)?.iter().any(|name| name == ALLOCATOR) {
                return Ok(module);
            }
        }
    }
    None.context("no module of the component has its functions")
}

/// The names of what a core module exports.
///
/// # Errors
///
/// Where the bytes are none.
pub fn exports(module: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(exports) = payload? {
            for export in exports {
                names.push(export?.name.to_owned());
            }
        }
    }
    Ok(names)
}
