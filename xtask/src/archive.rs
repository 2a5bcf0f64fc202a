//! The component in what is published: a wheel, an sdist, an npm tarball.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use zip::ZipArchive;

/// The component's name, in whatever folder it lies.
const NAME: &str = "collector.wasm";

/// The bytes of the component that a file carries, or is.
///
/// # Errors
///
/// Where it carries none, or more than one.
pub fn component(file: &Path) -> Result<Vec<u8>> {
    let shown = file.display();
    let opened = File::open(file).with_context(|| shown.to_string())?;
    let mut found = match file.extension().and_then(|extension| extension.to_str()) {
        Some("whl" | "zip") => zipped(opened)?,
        Some("gz" | "tgz") => tarred(opened)?,
        Some("wasm") => vec![read(opened)?],
        _ => bail!("{shown} is no .whl, .tar.gz, .tgz or .wasm"),
    };
    ensure!(found.len() == 1, "{shown} holds {} components", found.len());
    Ok(found.remove(0))
}

fn zipped(file: File) -> Result<Vec<Vec<u8>>> {
    let mut archive = ZipArchive::new(file)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        if entry
            .enclosed_name()
            .is_some_and(|path| is_component(&path))
        {
            found.push(read(entry)?);
        }
    }
    Ok(found)
}

fn tarred(file: File) -> Result<Vec<Vec<u8>>> {
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut found = Vec::new();
    for entry in archive.entries()? {
        let entry = entry?;
        if is_component(&entry.path()?) {
            found.push(read(entry)?);
        }
    }
    Ok(found)
}

fn is_component(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == NAME)
}

fn read(mut stream: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes)
}
