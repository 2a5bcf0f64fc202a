//! The Python packages that come with the wheel, with their licences, as CycloneDX has them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::python::Venv;
use crate::tools;
use xtask::{root, step, target, version};

/// What is installed.
const PACKAGE: &str = "buildkite-test-collector";

/// What the list is called where it is published.
const FILE: &str = "buildkite-test-collector.cdx.json";

/// Installs the wheel in a folder with what it needs today, and lists that.
pub fn make(folder: &Path) -> Result<PathBuf> {
    let venv = Venv::newest("sbom")?;
    // By its name: installed by path, the list would say where the wheel lay.
    let wheel = format!("{PACKAGE}=={}", version::current(&root())?);
    venv.install(&["--find-links", &folder.display().to_string(), &wheel])?;

    let made = target().join("sbom");
    fs::create_dir_all(&made)?;
    let file = made.join(FILE);
    let options = ["--output-reproducible", "--spec-version", "1.6"];
    let mut list = tools::python()?.command("cyclonedx-py", &["environment"]);
    list.args(options)
        .args(["--output-format", "JSON", "--output-file"])
        .args([&file, &venv.program("python")]);
    step::run(list)?;
    let list: Value = serde_json::from_slice(&fs::read(&file)?)?;
    let list = with_subject(list)?;
    fs::write(&file, serde_json::to_string_pretty(&list)? + "\n")?;
    Ok(file)
}

/// Has the list be one of what the plugin needs: to the tool, the plugin is a package as the others.
fn with_subject(mut list: Value) -> Result<Value> {
    let packages = list["components"].as_array_mut();
    let packages = packages.context("the list has packages")?;
    for package in packages.iter() {
        let licences = package["licenses"].as_array();
        ensure!(
            licences.is_some_and(|licences| !licences.is_empty()),
            "{} has no licence",
            package["name"]
        );
    }
    let place = packages
        .iter()
        .position(|package| package["name"] == PACKAGE);
    let subject = packages.remove(place.context("the plugin is in the list")?);
    list["metadata"]["component"] = subject;
    Ok(list)
}
