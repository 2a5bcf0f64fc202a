//! The component in what is published, a wheel, an sdist, an npm tarball, and what was made of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use zip::ZipArchive;

use crate::core_module;

/// The component's name, in whatever folder it lies.
pub const COMPONENT: &str = "collector.wasm";

/// The name of the digests of its code.
pub const DIGESTS: &str = "SHA256SUMS";

/// Files by name, whatever folder they lie in.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The component that a file carries, or is, with its core module, its code and the digests of that.
///
/// # Errors
///
/// Where it carries no component, or one of these more than once.
pub fn carried(file: &Path) -> Result<Files> {
    let shown = file.display();
    let opened = File::open(file).with_context(|| shown.to_string())?;
    let found = match file.extension().and_then(|extension| extension.to_str()) {
        Some("whl" | "zip") => zipped(opened)?,
        Some("gz" | "tgz") => tarred(opened)?,
        Some("wasm") => {
            let name = name_of(file).unwrap_or_else(|| COMPONENT.to_owned());
            vec![(name, read(opened)?)]
        }
        _ => bail!("{shown} is no .whl, .tar.gz, .tgz or .wasm"),
    };
    let count = found.len();
    let files: Files = found.into_iter().collect();
    let is_there = [COMPONENT, core_module::FILE].map(|name| files.contains_key(name));
    ensure!(is_there.contains(&true), "{shown} holds no component");
    ensure!(files.len() == count, "{shown} holds a file more than once");
    Ok(files)
}

fn zipped(file: File) -> Result<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(file)?;
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index(index)?;
        if let Some(name) = entry.enclosed_name().as_deref().and_then(name_of) {
            found.push((name, read(entry)?));
        }
    }
    Ok(found)
}

fn tarred(file: File) -> Result<Vec<(String, Vec<u8>)>> {
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut found = Vec::new();
    for entry in archive.entries()? {
        let entry = entry?;
        if let Some(name) = name_of(&entry.path()?) {
            found.push((name, read(entry)?));
        }
    }
    Ok(found)
}

/// The name of what is looked for.
fn name_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let is_code = Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "cwasm");
    (is_code || [COMPONENT, core_module::FILE, DIGESTS].contains(&name)).then(|| name.to_owned())
}

fn read(mut stream: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes)
}
