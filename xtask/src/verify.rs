//! Whether what is published carries the component that the sources give.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use xtask::component::{Build, digest, digest_of};
use xtask::{archive, root, step};

/// Builds the component, and compares it with the one that a file carries.
pub fn run(arguments: &[String]) -> Result<()> {
    let file = arguments
        .first()
        .context("which wheel, sdist, npm tarball or component?")?;
    // As the user gave it, from wherever the command was started.
    let file = std::path::absolute(Path::new(file))?;
    let carried = digest(&archive::component(&file)?);

    step::say("Build the component from the sources");
    crate::python::ensure_target()?;
    let built = Build::here()?.run()?;
    let built = digest_of(&built)?;
    println!("{built}  the component that {} gives", root().display());
    println!("{carried}  the one in {}", file.display());
    ensure!(built == carried, "they are not the same");
    println!("They are the same.");
    Ok(())
}
