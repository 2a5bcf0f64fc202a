//! Python interpreters, their virtual environments, and the wheel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};

use crate::left_out;
use crate::page;
use crate::tools::UV;
use xtask::component::{Build, digest};
use xtask::{precompiled, root, step, target};

/// The newest Python that the plugin is made for.
pub const NEWEST: &str = "3.13";

/// The oldest Python that the plugin is made for.
pub const OLDEST: &str = "3.9";

/// Those between, newest first.
const OTHERS: [&str; 3] = ["3.12", "3.11", "3.10"];

/// A virtual environment of one of ours, under `target/venv`.
pub struct Venv {
    path: PathBuf,
}

impl Venv {
    /// Makes an environment anew, with a Python of this version.
    pub fn new(name: &str, version: &str) -> Result<Self> {
        let path = target().join("venv").join(name);
        let mut command = uv()?;
        command
            .args(["venv", "--quiet", "--clear", "--python", version])
            .arg(&path)
            // Where pyenv is at home, its `python3.x` work only for the version that it is set to.
            .env("PYENV_VERSION", version);
        step::run(command)?;
        Ok(Self { path })
    }

    /// Makes an environment anew with the newest Python: of those that are here, where it is not to
    /// be had.
    pub fn newest(name: &str) -> Result<Self> {
        Self::new(name, newest())
    }

    /// An environment with these packages, which is made once.
    pub fn with(name: &str, packages: &[&str]) -> Result<Self> {
        let path = target().join("venv").join(name);
        let stamp = path.join(digest(packages.join(" ").as_bytes()));
        if !stamp.exists() {
            Self::newest(name)?.install(packages)?;
            fs::write(&stamp, "")?;
        }
        Ok(Self { path })
    }

    /// Installs packages: what `uv pip install` takes.
    pub fn install(&self, arguments: &[&str]) -> Result<()> {
        let mut command = uv()?;
        command
            .args(["pip", "install", "--quiet", "--python"])
            .arg(self.program("python"))
            .args(arguments);
        step::run(command)
    }

    /// A program of this environment, with arguments.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        step::program(self.program(program), arguments)
    }

    /// Where its packages lie.
    pub fn site_packages(&self) -> Result<PathBuf> {
        let ask = "import sysconfig; print(sysconfig.get_path('purelib'))";
        let path = step::output(&mut self.command("python", &["-c", ask]))?;
        Ok(path.trim().into())
    }

    /// The path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        let (folder, suffix) = match cfg!(windows) {
            true => ("Scripts", ".exe"),
            false => ("bin", ""),
        };
        self.path.join(folder).join(format!("{name}{suffix}"))
    }
}

/// Whether there is a Python of this version, on this machine or where uv fetches them.
pub fn is_there(version: &str) -> bool {
    ["find", "install"]
        .iter()
        .any(|action| uv_says(action, version))
}

/// The newest Python that the plugin is made for, or what there is in its place.
fn newest() -> &'static str {
    static FOUND: OnceLock<&str> = OnceLock::new();
    FOUND.get_or_init(|| {
        if is_there(NEWEST) {
            return NEWEST;
        }
        let mut others = OTHERS.into_iter().chain([OLDEST]);
        let found = others.find(|version| uv_says("find", version));
        if let Some(found) = found {
            left_out::note(format!(
                "There is no Python {NEWEST}, and uv cannot fetch it: all runs on {found}."
            ));
        }
        found.unwrap_or(NEWEST)
    })
}

fn uv_says(action: &str, version: &str) -> bool {
    let Ok(mut command) = uv() else { return false };
    command
        .args(["python", action, version])
        .env("PYENV_VERSION", version);
    command.output().is_ok_and(|output| output.status.success())
}

/// An environment, made once, with the plugin as it is in this checkout now.
pub fn editable(name: &str, packages: &[&str]) -> Result<Venv> {
    let venv = Venv::with(name, packages)?;
    venv.install(&[
        "--requirements",
        "tests/requirements.txt",
        "--reinstall-package",
        "buildkite-test-collector",
        "--editable",
        "host-python",
    ])?;
    Ok(venv)
}

/// Builds the wheel as pip does in a checkout, with the component and its code for this machine in
/// it, and returns the wheel's path.
pub fn wheel() -> Result<PathBuf> {
    built("wheel", &["--wheel"], None)
}

/// Builds the sdist and the wheel that are published, with code for every processor that has some,
/// and returns the wheel's path.
pub fn published() -> Result<PathBuf> {
    precompiled::make(&Build::here()?.run()?, &precompiled::folder())?;
    built("dist", &[], Some(&precompiled::folder()))
}

fn built(name: &str, arguments: &[&str], precompiled: Option<&Path>) -> Result<PathBuf> {
    // The build takes it from where this puts it.
    page::build()?;
    let folder = target().join(name);
    fs::remove_dir_all(&folder).ok();
    let mut command = uv()?;
    command
        .arg("build")
        .args(arguments)
        .arg("--out-dir")
        .args([&folder, &root().join("host-python")]);
    match precompiled {
        Some(folder) => command.env(precompiled::VARIABLE, folder),
        None => command.env_remove(precompiled::VARIABLE),
    };
    step::run(command)?;
    let mut wheels = fs::read_dir(&folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheels.next().context("no wheel was built")
}

/// uv, from an environment of its own that is made when it is missing.
fn uv() -> Result<Command> {
    let tools = Venv {
        path: target().join("venv").join("uv"),
    };
    let stamp = tools.path.join(UV);
    if !stamp.exists() {
        let mut command = step::program(python()?, &["-m", "venv", "--clear"]);
        command.arg(&tools.path);
        step::run(command)?;
        step::run(tools.command("python", &["-m", "pip", "install", "--quiet", UV]))?;
        fs::write(&stamp, "")?;
    }
    Ok(step::program(tools.program("uv"), &[]))
}

/// Sees that there is a Python for all that is run with one, and uv to get it with.
pub fn ensure() -> Result<()> {
    uv()?;
    ensure!(
        uv_says("find", newest()),
        "no Python from {OLDEST} to {NEWEST} is here, nor can uv fetch one: https://www.python.org"
    );
    Ok(())
}

/// Where uv is, once anything was installed.
pub fn uv_path() -> PathBuf {
    let path = target().join("venv").join("uv");
    Venv { path }.program("uv")
}

/// Any Python 3, to get uv with.
fn python() -> Result<&'static Path> {
    ["python3", "python"]
        .map(Path::new)
        .into_iter()
        .find(|name| {
            let version = Command::new(name).arg("--version").output();
            version.is_ok_and(|output| output.stdout.starts_with(b"Python 3"))
        })
        .context("Python 3 was not found; install it from https://www.python.org")
}

/// Fails with what to install where a target is missing.
pub fn ensure_target(target: &str) -> Result<()> {
    let output = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .current_dir(root())
        .output();
    // Without rustup, cargo itself says what is missing.
    let Ok(output) = output else { return Ok(()) };
    let installed = String::from_utf8_lossy(&output.stdout);
    if installed.lines().any(|line| line == target) {
        return Ok(());
    }
    let add = step::program("rustup", &["target", "add", target]);
    step::run(add).with_context(|| format!("the target {target} is missing"))?;
    ensure!(output.status.success(), "rustup does not work here");
    Ok(())
}
