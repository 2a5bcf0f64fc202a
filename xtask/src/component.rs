//! The component, built so that its bytes are the same everywhere.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::step;

/// What the component is built for.
pub const TARGET: &str = "wasm32-wasip2";

/// What of the environment would change the bytes.
const MEDDLERS: [&str; 4] = [
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "RUSTFLAGS",
];

/// A build of the component. `host-python/build_component.py` is its twin, for machines that have
/// cargo and nothing that is built by it; a test holds their bytes together.
pub struct Build {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's home.
    pub home: PathBuf,
    /// Where everything that is built goes.
    pub target: PathBuf,
}

impl Build {
    /// The one of this checkout.
    ///
    /// # Errors
    ///
    /// Where cargo's home is not known.
    pub fn here() -> Result<Self> {
        Ok(Self {
            root: crate::root(),
            home: cargo_home()?,
            target: crate::target(),
        })
    }

    /// Builds it, and returns its path.
    ///
    /// # Errors
    ///
    /// Where it does not build.
    pub fn run(&self) -> Result<PathBuf> {
        step::run(self.command()?)?;
        let folder = self.target.join(TARGET).join("release");
        Ok(folder.join("collector.wasm"))
    }

    fn command(&self) -> Result<Command> {
        // Panics name the source files of dependencies. Without cargo's home in them, the
        // component is the same on every machine, and says nothing of this one. Those of the
        // standard library are on this machine where the toolchain has `rust-src`.
        let toolchain = self.toolchain()?;
        let remapped = format!(
            "target.{TARGET}.rustflags=['--remap-path-prefix={}=cargo',\
             '--remap-path-prefix={}/lib/rustlib/src/rust=/rustc/{}']",
            self.home.display(),
            toolchain.root,
            toolchain.commit,
        );
        let mut command = step::cargo(&["build", "--quiet", "--locked", "--release"]);
        command
            .args(["--target", TARGET, "--package", "collector"])
            .args(["--config", &remapped, "--target-dir"])
            .arg(&self.target)
            .current_dir(&self.root)
            .env("CARGO_HOME", &self.home);
        for meddler in MEDDLERS {
            command.env_remove(meddler);
        }
        Ok(command)
    }

    fn toolchain(&self) -> Result<Toolchain> {
        let ask = |question: &[&str]| {
            let mut rustc = step::program(rustc(), question);
            step::output(rustc.current_dir(&self.root))
        };
        let version = ask(&["--version", "--verbose"])?;
        let commit = version
            .lines()
            .find_map(|line| line.strip_prefix("commit-hash: "));
        Ok(Toolchain {
            root: ask(&["--print", "sysroot"])?.trim_end().to_owned(),
            commit: commit.context("rustc is of some commit")?.to_owned(),
        })
    }
}

struct Toolchain {
    root: String,
    commit: String,
}

/// The compiler, as cargo finds it.
#[must_use]
pub fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// Cargo's home on this machine.
///
/// # Errors
///
/// Where the user has none.
pub fn cargo_home() -> Result<PathBuf> {
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    let usual = || Some(env::home_dir()?.join(".cargo"));
    set.or_else(usual).context("this user has no home")
}

/// The SHA-256 of bytes, as one reads it.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of a file.
///
/// # Errors
///
/// Where it cannot be read.
pub fn digest_of(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    Ok(digest(&bytes))
}
