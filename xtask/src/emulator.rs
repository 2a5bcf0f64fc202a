//! A Python for another processor, emulated: Debian's, with Debian's qemu, under `target/emulator`.
//!
//! Nothing is installed, and nobody need be root: apt keeps its lists and packages there, too.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use xtask::{step, target};

/// The variable by which the tests know its path.
pub const VARIABLE: &str = "BUILDKITE_TEST_COLLECTOR_AARCH64_PYTHON";

/// What runs programs for the other processor, linked statically.
const EMULATOR: &str = "qemu-user-static";

/// The Python, and what wasmtime-py wants beside it.
const PACKAGES: [&str; 2] = ["python3", "libffi8"];

/// Sets it up, unless it is there, and returns the path of a program that is that Python.
///
/// # Errors
///
/// Where this is no Debian on x86-64, or its packages cannot be had.
pub fn python() -> Result<PathBuf> {
    let folder = target().join("emulator");
    let python = folder.join("python");
    ensure!(
        cfg!(target_arch = "x86_64"),
        "this is the other processor, or none of both"
    );
    if !python.exists() {
        fs::create_dir_all(folder.join("lists/partial"))?;
        fs::create_dir_all(folder.join("archives/partial"))?;
        fs::write(folder.join("status"), "")?;
        step::run(apt(&folder, &["--quiet=2", "update"]))?;
        let install = ["install", "--quiet=2", "--yes", "--no-install-recommends"];
        let mut python = apt(&folder, &install);
        step::run({
            python.arg("--download-only").args(PACKAGES);
            python
        })?;
        step::run({
            let mut emulator = apt(&folder, &["download", "--quiet=2"]);
            emulator.arg(format!("{EMULATOR}:amd64"));
            emulator.current_dir(&folder);
            emulator
        })?;
        unpack(&folder.join("archives"), &folder.join("aarch64"))?;
        unpack(&folder, &folder.join("host"))?;
        write_program(&folder)?;
    }
    Ok(python)
}

/// apt-get for both processors, that keeps what it has in a folder.
fn apt(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = step::program("apt-get", &[]);
    for option in [
        "APT::Architecture=arm64".to_owned(),
        "APT::Architectures::=arm64".to_owned(),
        "APT::Architectures::=amd64".to_owned(),
        "APT::Sandbox::User=".to_owned(),
        "Debug::NoLocking=true".to_owned(),
        format!("Dir::State::Lists={}", folder.join("lists").display()),
        format!("Dir::State::status={}", folder.join("status").display()),
        format!("Dir::Cache={}", folder.display()),
    ] {
        command.args(["--option", &option]);
    }
    command.args(arguments);
    command
}

/// Unpacks all of Debian's packages in a folder.
fn unpack(packages: &Path, to: &Path) -> Result<()> {
    let mut found = false;
    for entry in fs::read_dir(packages)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            let mut unpack = step::program("dpkg-deb", &["--extract"]);
            unpack.args([&path, to]);
            step::run(unpack)?;
            found = true;
        }
    }
    ensure!(found, "{} holds no packages", packages.display());
    Ok(())
}

/// Writes the program, last of all.
fn write_program(folder: &Path) -> Result<()> {
    let binaries = folder.join("aarch64/usr/bin");
    let link = fs::read_link(binaries.join("python3")).context("Debian has a python3")?;
    let script = format!(
        "#!/bin/sh\nexec '{host}/usr/bin/qemu-aarch64-static' -L '{other}' '{other}/usr/bin/{python}' \"$@\"\n",
        host = folder.join("host").display(),
        other = folder.join("aarch64").display(),
        python = link.display(),
    );
    let fresh = folder.join("python.new");
    fs::write(&fresh, script)?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    fs::rename(fresh, folder.join("python"))?;
    Ok(())
}
