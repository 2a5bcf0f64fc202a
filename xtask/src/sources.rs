//! The sources: what is under version control, and what would be after the next commit.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, ensure};

use crate::step;

/// Copies them into a folder that is not there yet.
///
/// # Errors
///
/// Where this is no clone, or a file cannot be copied.
pub fn copy(root: &Path, to: &Path) -> Result<()> {
    let names = git(
        root,
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )?;
    for name in names.split_terminator('\0') {
        let target = to.join(name);
        fs::create_dir_all(target.parent().context("it is in a folder")?)?;
        match fs::copy(root.join(name), target) {
            // Deleted, and not committed yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            copied => drop(copied.with_context(|| name.to_owned())?),
        }
    }
    Ok(())
}

/// Fails where something of a checkout is not committed.
///
/// # Errors
///
/// With the names of those files.
pub fn ensure_clean(root: &Path) -> Result<()> {
    let changed = git(root, &["status", "--porcelain"])?;
    ensure!(
        changed.is_empty(),
        "commit or stash first, or it is not known what is released:\n{changed}"
    );
    Ok(())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    step::output(step::program("git", arguments).current_dir(root))
}
