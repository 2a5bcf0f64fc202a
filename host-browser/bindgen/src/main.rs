//! `bindgen MODULE FOLDER`: writes a module, and the JavaScript that calls it, into a folder.

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let module = arguments.next().context("which module?")?;
    let folder = arguments.next().context("which folder?")?;
    Bindgen::new()
        .input_path(module)
        // The module's bytes are in the page: there is nothing to load it from.
        .web(true)?
        .omit_default_module_path(true)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}
