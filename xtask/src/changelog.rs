//! The changelog's chapter of a release.

use std::fs;

use anyhow::{Context, Result, ensure};
use xtask::root;

const UNRELEASED: &str = "Unreleased";

/// The changelog of this checkout.
pub fn read() -> Result<String> {
    Ok(fs::read_to_string(root().join("CHANGELOG.md"))?)
}

/// The text below the heading of a version, which is the newest of a changelog.
///
/// # Errors
///
/// Where it is not there or empty, or something is still under "Unreleased".
pub fn chapter<'a>(changelog: &'a str, version: &str) -> Result<&'a str> {
    let chapters = changelog.split("\n## ").skip(1);
    let mut chapters = chapters.map(|chapter| {
        let (heading, text) = chapter.split_once('\n').unwrap_or((chapter, ""));
        (heading.trim(), text.trim())
    });
    let mut newest = chapters.next();
    if let Some((UNRELEASED, text)) = newest {
        ensure!(
            text.is_empty(),
            "CHANGELOG.md has changes under {UNRELEASED:?}: move them under \"## {version}\""
        );
        newest = chapters.next();
    }
    let (heading, text) = newest.context("CHANGELOG.md has no chapters")?;
    ensure!(
        heading == version && !text.is_empty(),
        "CHANGELOG.md begins with {heading:?}: write what changes for users under \"## {version}\""
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::chapter;

    #[test]
    fn the_newest_chapter_is_the_one_of_the_version() {
        let changelog = "# Changelog\n\n## 2.1.0\n\n- Faster.\n\n## 2.0.0\n\n- New.\n";

        assert_eq!(chapter(changelog, "2.1.0").unwrap(), "- Faster.");
        let empty = changelog.replace("## 2.1.0", "## Unreleased\n\n## 2.1.0");
        assert_eq!(chapter(&empty, "2.1.0").unwrap(), "- Faster.");
    }

    #[test]
    fn what_is_missing_is_said() {
        let unreleased = "# Changelog\n\n## Unreleased\n\n- Faster.\n\n## 2.0.0\n\n- New.\n";
        let old = "# Changelog\n\n## 2.0.0\n\n- New.\n";
        let empty = "# Changelog\n\n## 2.1.0\n\n## 2.0.0\n\n- New.\n";
        for (changelog, said) in [
            (unreleased, "under \"Unreleased\""),
            (old, "begins with \"2.0.0\""),
            (empty, "write what changes"),
            ("# Changelog\n", "no chapters"),
        ] {
            let error = chapter(changelog, "2.1.0").unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
