//! Everything that a release publishes, in one folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::{javascript, page, python, sbom};
use xtask::component::{Build, digest_of};
use xtask::{core_module, inventory, root, sources, step, target};

/// The digests of all others, in the form of `sha256sum`.
const DIGESTS: &str = "SHA256SUMS";

/// What is published.
struct Artefact {
    what: &'static str,
    /// Builds it and returns its files, which keep their names. It is given the folder, with the
    /// files of the rows before.
    build: fn(&Path) -> Result<Vec<PathBuf>>,
}

const ARTEFACTS: [Artefact; 7] = [
    Artefact {
        what: "the wheel and the sdist, with machine code for every processor",
        build: |_| {
            let wheel = python::published()?;
            let folder = wheel.parent().context("it is in a folder")?;
            Ok(vec![with_extension(folder, "gz")?, wheel])
        },
    },
    Artefact {
        what: "the npm package",
        build: |_| Ok(vec![javascript::package()?]),
    },
    Artefact {
        what: "the component",
        build: |_| Ok(vec![Build::here()?.run()?]),
    },
    Artefact {
        what: "its core module",
        build: |folder| {
            let component = with_extension(folder, "wasm")?;
            Ok(vec![core_module::write(&component)?])
        },
    },
    Artefact {
        what: "the viewer",
        build: |_| files(&page::build_with_viewer()?),
    },
    Artefact {
        what: "the crates in the component",
        build: |_| Ok(vec![root().join(inventory::FILE)]),
    },
    Artefact {
        what: "the Python packages that the wheel needs",
        build: |folder| Ok(vec![sbom::make(folder)?]),
    },
];

/// Builds all of it and returns the folder, which holds nothing else.
pub fn build() -> Result<PathBuf> {
    let folder = target().join("artefacts");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder)?;
    python::ensure_target(xtask::component::TARGET)?;
    for artefact in &ARTEFACTS {
        step::say(&format!("Build {}", artefact.what));
        for file in (artefact.build)(&folder)? {
            let name = file.file_name().context("it is a file")?;
            let copy = folder.join(name);
            if file != copy {
                fs::copy(&file, copy).with_context(|| file.display().to_string())?;
            }
        }
    }
    let mut sums = String::new();
    for file in files(&folder)? {
        sums += &format!("{}  {}\n", digest_of(&file)?, name_of(&file));
    }
    fs::write(folder.join(DIGESTS), sums)?;
    Ok(folder)
}

/// Builds all of it once more, from a copy of the sources in another place, and fails where a byte is
/// another one.
pub fn ensure_reproducible(folder: &Path) -> Result<()> {
    let again = target().join("again");
    let checkout = again.join("checkout");
    let built = again.join("target");
    // The tools that build may stay; what they built may not.
    fs::remove_dir_all(&checkout).ok();
    fs::remove_dir_all(built.join("wasm32-wasip2")).ok();
    sources::copy(&root(), &checkout)?;
    let mut build = step::cargo(&["xtask", "artefacts"]);
    build.current_dir(&checkout).env("CARGO_TARGET_DIR", &built);
    step::run(build)?;

    let [first, second] = [folder.to_owned(), built.join("artefacts")]
        .map(|folder| fs::read_to_string(folder.join(DIGESTS)));
    let (first, second) = (first?, second?);
    let different: Vec<&str> = first
        .lines()
        .filter(|line| !second.lines().any(|other| other == *line))
        .collect();
    ensure!(
        first == second,
        "a second build gave other bytes; compare {} with {}:\n{}",
        folder.display(),
        built.join("artefacts").display(),
        different.join("\n")
    );
    Ok(())
}

/// The one file in a folder that ends like this.
pub fn with_extension(folder: &Path, extension: &str) -> Result<PathBuf> {
    let mut found = files(folder)?;
    found.retain(|file| file.extension().is_some_and(|other| other == extension));
    match found.pop() {
        Some(file) if found.is_empty() => Ok(file),
        _ => bail!("{} does not hold one .{extension}", folder.display()),
    }
}

/// The files in a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

/// Prints what a folder holds: sizes in bytes, and digests.
pub fn show(folder: &Path) -> Result<()> {
    for file in files(folder)? {
        let size = file.metadata()?.len();
        println!("{size:>9}  {}  {}", digest_of(&file)?, name_of(&file));
    }
    Ok(())
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
