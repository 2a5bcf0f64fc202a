//! Whether what is published carries what the sources give.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use xtask::archive::{self, COMPONENT, DIGESTS, Files};
use xtask::component::{Build, digest};
use xtask::{core_module, precompiled, root, step, target};

/// Makes the component, and what of it the Python package has, and compares them with what a file
/// carries.
pub fn run(arguments: &[String]) -> Result<()> {
    let file = arguments
        .first()
        .context("which wheel, sdist, npm tarball or component?")?;
    // As the user gave it, from wherever the command was started.
    let file = std::path::absolute(Path::new(file))?;
    let carried = archive::carried(&file)?;
    let comparison = Comparison {
        file: &file,
        carried: &carried,
    };

    step::say("Build the component from the sources");
    crate::python::ensure_target(xtask::component::TARGET)?;
    let component = Build::here()?.run()?;
    let extension = file.extension().unwrap_or_default();
    let bytes = fs::read(&component)?;
    if file.file_name() != Some(OsStr::new(core_module::FILE)) {
        comparison.pass(COMPONENT, &bytes)?;
    }
    if extension == "tgz" || carried.contains_key(core_module::FILE) {
        comparison.pass(core_module::FILE, core_module::extract(&bytes)?)?;
    }
    // The other hosts have the component alone, and compile it.
    if extension == "whl" || extension == "gz" {
        step::say("Have wasmtime make code of it");
        // Apart from what others may be packing now.
        let made = precompiled::make(&component, &target().join("verified"))?;
        for (name, bytes) in &made {
            comparison.pass(name, bytes)?;
        }
        comparison.pass(DIGESTS, precompiled::digests(&made).as_bytes())?;
    }
    println!("They are the same.");
    Ok(())
}

struct Comparison<'a> {
    file: &'a Path,
    carried: &'a Files,
}

impl Comparison<'_> {
    /// Says of what was made now whether the file carries the same.
    fn pass(&self, name: &str, made: &[u8]) -> Result<()> {
        let made = digest(made);
        let file = self.file.display();
        println!("{made}  the {name} that {} gives", root().display());
        let carried = self.carried.get(name).map(|bytes| digest(bytes));
        let carried = carried.with_context(|| format!("{file} holds no {name}"))?;
        println!("{carried}  the one in {file}");
        ensure!(made == carried, "they are not the same");
        Ok(())
    }
}
