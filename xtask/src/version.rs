//! The version of a release: `Cargo.toml` says it, and every other file that names it follows.
//!
//! The WIT package has a version of its own, which changes with the contract alone.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// The place that the others follow, and what stands before the version there.
const SOURCE: Follower = Follower::new("Cargo.toml", "[workspace.package]\nversion = \"");

/// The files that cannot read it there. cargo itself rewrites the lock file of the workspace, and
/// `inventory` the list of crates.
pub const FOLLOWERS: [Follower; 8] = [
    Follower::new(
        "host-python/src/_buildkite_test_collector/version.py",
        "__version__ = \"",
    ),
    Follower::new("tests/hosts/javascript/package.json", JSON),
    Follower::new("tests/hosts/javascript/package-lock.json", JSON),
    Follower::new("tests/hosts/javascript/package-lock.json", LOCKED),
    Follower::new("host-browser/package.json", JSON),
    Follower::new("host-browser/package-lock.json", JSON),
    Follower::new("host-browser/package-lock.json", LOCKED),
    // The fuzz targets are no members of the workspace.
    Follower::new(
        "guest/fuzz/Cargo.lock",
        "name = \"collector\"\nversion = \"",
    ),
];

/// The package's own version, in npm's files.
const JSON: &str = "\n  \"version\": \"";
const LOCKED: &str = "\n      \"version\": \"";

/// A file that names the version.
pub struct Follower {
    /// Where it lies, from the top of the workspace.
    pub path: &'static str,
    /// What stands before the version, the first time.
    before: &'static str,
}

impl Follower {
    const fn new(path: &'static str, before: &'static str) -> Self {
        Self { path, before }
    }

    /// The version that the file of a checkout names.
    ///
    /// # Errors
    ///
    /// Where it names none.
    pub fn version(&self, root: &Path) -> Result<String> {
        let text = self.text(root)?;
        let (_, version, _) = self.split(&text)?;
        Ok(version.to_owned())
    }

    /// Has the file of a checkout name another version.
    fn follow(&self, root: &Path, version: &str) -> Result<()> {
        let text = self.text(root)?;
        let (start, old, end) = self.split(&text)?;
        if old != version {
            fs::write(root.join(self.path), format!("{start}{version}{end}"))?;
        }
        Ok(())
    }

    fn text(&self, root: &Path) -> Result<String> {
        fs::read_to_string(root.join(self.path)).with_context(|| self.path.to_owned())
    }

    fn split<'a>(&self, text: &'a str) -> Result<(&'a str, &'a str, &'a str)> {
        let split = || {
            let start = text.find(self.before)? + self.before.len();
            let end = start + text[start..].find('"')?;
            Some((&text[..start], &text[start..end], &text[end..]))
        };
        split().with_context(|| format!("{} names no version", self.path))
    }
}

/// The version of a checkout.
///
/// # Errors
///
/// Where `Cargo.toml` cannot be read.
pub fn current(root: &Path) -> Result<String> {
    SOURCE.version(root)
}

/// Gives a checkout a version: in the one place, and in all that follow.
///
/// # Errors
///
/// Where it is no version of three numbers, or a file does not name the old one.
pub fn set(root: &Path, version: &str) -> Result<()> {
    ensure!(
        is_release(version),
        "{version} is no version: three numbers, as in 2.1.0"
    );
    SOURCE.follow(root, version)?;
    for follower in &FOLLOWERS {
        follower.follow(root, version)?;
    }
    Ok(())
}

/// Whether it is three numbers, which Python, npm and cargo read alike. They spell what comes before
/// a release differently.
fn is_release(version: &str) -> bool {
    let numbers: Vec<&str> = version.split('.').collect();
    let is_number = |number: &&str| {
        number
            .parse::<u32>()
            .is_ok_and(|value| value.to_string() == **number)
    };
    numbers.len() == 3 && numbers.iter().all(is_number)
}
