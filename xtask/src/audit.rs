//! Licences, sources and known vulnerabilities of what others have written.

use anyhow::Result;

use crate::python::Venv;
use crate::tools;
use xtask::step;

/// Checks the licences and sources of all crates (`deny.toml`); it asks nobody.
pub fn deny() -> Result<()> {
    step::say("Check the licences and sources of all crates");
    let checks = ["bans", "licenses", "sources"];
    let arguments = ["--workspace", "--all-features", "check"];
    step::run(tools::cargo_deny(&[&arguments[..], &checks].concat())?)
}

/// Looks for known vulnerabilities, in RustSec's database and in PyPI's: both are asked now.
pub fn run() -> Result<()> {
    step::say("Look for known vulnerabilities of crates");
    let advisories = ["--workspace", "--all-features", "check", "advisories"];
    let crates = step::run(tools::cargo_deny(&advisories)?);

    step::say("Look for known vulnerabilities of Python packages");
    let venv = Venv::newest("audit")?;
    // What the plugin needs, without the plugin, whose next version nobody knows yet.
    venv.install(&["--requirements", "host-python/pyproject.toml"])?;
    // Else a package of which nothing is known has no vulnerabilities.
    let mut packages = tools::python()?.command("pip-audit", &["--strict", "--path"]);
    packages.arg(venv.site_packages()?);
    // The second is told even where the first has failed.
    crates.and(step::run(packages))
}
