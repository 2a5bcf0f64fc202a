//! Python interpreters, their virtual environments, and the wheel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use xtask::{root, step, target};

/// The installer of everything Python here: fast, and it finds or fetches interpreters.
const UV: &str = "uv==0.13.9";

/// The newest Python that the plugin is made for.
pub const NEWEST: &str = "3.13";

/// The oldest Python that the plugin is made for.
pub const OLDEST: &str = "3.9";

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

    fn program(&self, name: &str) -> PathBuf {
        let (folder, suffix) = match cfg!(windows) {
            true => ("Scripts", ".exe"),
            false => ("bin", ""),
        };
        self.path.join(folder).join(format!("{name}{suffix}"))
    }
}

/// Builds the wheel, and the component in it, and returns the wheel's path.
pub fn wheel() -> Result<PathBuf> {
    let folder = target().join("wheel");
    fs::remove_dir_all(&folder).ok();
    let mut command = uv()?;
    command
        .args(["build", "--wheel", "--out-dir"])
        .args([&folder, &root().join("host-python")]);
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

/// Fails with what to install where the component's target is missing.
pub fn ensure_target() -> Result<()> {
    let output = Command::new("rustup")
        .args(["target", "list", "--installed"])
        .current_dir(root())
        .output();
    // Without rustup, cargo itself says what is missing.
    let Ok(output) = output else { return Ok(()) };
    let installed = String::from_utf8_lossy(&output.stdout);
    if installed.lines().any(|line| line == "wasm32-wasip2") {
        return Ok(());
    }
    let add = step::program("rustup", &["target", "add", "wasm32-wasip2"]);
    step::run(add).context("the target wasm32-wasip2 is missing")?;
    ensure!(output.status.success(), "rustup does not work here");
    Ok(())
}
