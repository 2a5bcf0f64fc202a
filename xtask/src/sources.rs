//! The sources: what is under version control, and what would be after the next commit.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use ignore::WalkBuilder;

use crate::step;

/// Copies them into a folder that is not there yet. It takes no git, and no clone.
///
/// # Errors
///
/// Where a file cannot be copied.
pub fn copy(root: &Path, to: &Path) -> Result<()> {
    let mut walk = WalkBuilder::new(root);
    // By the `.gitignore` of the project alone, and not by what a user ignores everywhere.
    walk.standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git");
    for entry in walk.build() {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(root)?);
        if entry.path().is_dir() {
            fs::create_dir_all(target)?;
        } else {
            fs::copy(entry.path(), target).with_context(|| entry.path().display().to_string())?;
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
    let mut status = step::program("git", &["status", "--porcelain"]);
    let changed = step::output(status.current_dir(root))?;
    ensure!(
        changed.is_empty(),
        "commit or stash first, or it is not known what is released:\n{changed}"
    );
    Ok(())
}
