//! Whether the files that GitHub, Buildkite and the dependency bot read are what these expect.

use anyhow::Result;

use crate::tools;
use xtask::step;

/// The files, each with the schema of check-jsonschema's that it must satisfy.
const FILES: [(&str, &str); 7] = [
    (".buildkite/pipeline.yml", "vendor.buildkite"),
    (".github/workflows/test.yml", "vendor.github-workflows"),
    (".github/workflows/release.yml", "vendor.github-workflows"),
    (".github/workflows/audit.yml", "vendor.github-workflows"),
    (
        ".github/ISSUE_TEMPLATE/bug.yml",
        "vendor.github-issue-forms",
    ),
    (
        ".github/ISSUE_TEMPLATE/config.yml",
        "vendor.github-issue-config",
    ),
    (".github/renovate.json", "vendor.renovate"),
];

/// Checks all of them.
pub fn check() -> Result<()> {
    step::say("Check the pipelines");
    let tools = tools::python()?;
    for (file, schema) in FILES {
        let arguments = ["--quiet", "--builtin-schema", schema, file];
        step::run(tools.command("check-jsonschema", &arguments))?;
    }
    let workflows: Vec<&str> = FILES
        .iter()
        .map(|(file, _)| *file)
        .filter(|file| file.starts_with(".github/workflows/"))
        .collect();
    step::run(tools::actionlint(&workflows)?)
}
