//! A release, up to where it would be published: that the pipelines do.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::artefacts::{self, with_extension};
use crate::node::Node;
use crate::python::{self, Venv};
use crate::{audit, changelog, checks, demo, tools, verify};
use xtask::step::{self, cargo};
use xtask::{inventory, root, sources, version};

/// What a person asked for.
struct Options<'a> {
    /// None for the version that the checkout has: what the pipelines release.
    version: Option<&'a str>,
    /// Whether all tests have passed on this commit, so that they need not once more.
    is_tested: bool,
}

impl<'a> Options<'a> {
    fn parse(arguments: &'a [String]) -> Result<Self> {
        let mut options = Self {
            version: None,
            is_tested: false,
        };
        for argument in arguments {
            match argument.as_str() {
                "--tested" => options.is_tested = true,
                version if !version.starts_with('-') && options.version.is_none() => {
                    options.version = Some(version);
                }
                other => bail!("what is {other}? cargo xtask release [VERSION] [--tested]"),
            }
        }
        Ok(options)
    }
}

/// Makes everything of a release and tries it; tags nothing and uploads nothing.
pub fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    step::say("Look whether this checkout can be released");
    sources::ensure_clean(&root())?;
    let version = prepare(options.version)?;

    if !options.is_tested {
        checks::run(&[])?;
        checks::matrix(&[])?;
    }
    audit::deny()?;

    let folder = artefacts::build()?;
    step::say("Build everything again, in another place");
    artefacts::ensure_reproducible(&folder)?;
    compare_with_sources(&folder)?;
    check_uploads(&folder)?;
    install(&folder)?;

    step::say(&format!("Release {version}"));
    artefacts::show(&folder)?;
    println!("\nAll of it is in {}.", folder.display());
    if options.version.is_some() {
        println!("Now: commit, and open a pull request \"[release] {version}\".");
    }
    Ok(())
}

/// Gives the checkout a version, if asked to, and returns the one that it has.
fn prepare(asked: Option<&str>) -> Result<String> {
    let current = version::current(&root())?;
    let version = asked.unwrap_or(&current);
    changelog::chapter(&changelog::read()?, version)?;
    version::set(&root(), version)?;
    step::run(cargo(&["update", "--workspace", "--offline"]))?;
    fs::write(root().join(inventory::FILE), inventory::make()?)?;
    if asked.is_none() {
        sources::ensure_clean(&root())
            .context("not every file follows the version: cargo xtask release VERSION")?;
    }
    Ok(version.to_owned())
}

fn compare_with_sources(folder: &Path) -> Result<()> {
    for extension in ["whl", "gz", "tgz"] {
        let file = with_extension(folder, extension)?;
        verify::run(&[file.display().to_string()])?;
    }
    Ok(())
}

/// Has PyPI's and npm's tools say what their servers would.
fn check_uploads(folder: &Path) -> Result<()> {
    step::say("Check what PyPI and npm would be given");
    let [wheel, sdist, package] = [
        with_extension(folder, "whl")?,
        with_extension(folder, "gz")?,
        with_extension(folder, "tgz")?,
    ];
    let tools = tools::python()?;
    let mut twine = tools.command("twine", &["check", "--strict"]);
    twine.args([&wheel, &sdist]);
    step::run(twine)?;
    let config = ["--config", "host-python/pyproject.toml"];
    let mut contents = tools.command("check-wheel-contents", &config);
    contents.arg(&wheel);
    step::run(contents)?;
    let publish = ["publish", "--dry-run", "--silent", "--access", "public"];
    let mut publish = Node::new()?.npm(folder, &publish)?;
    publish.arg(&package);
    step::run(publish)
}

/// Installs the wheel and the sdist as users do, and runs the example project with each.
fn install(folder: &Path) -> Result<()> {
    for python in [python::OLDEST, python::NEWEST] {
        for extension in ["whl", "gz"] {
            let file = with_extension(folder, extension)?.display().to_string();
            step::say(&format!("Install the .{extension}, Python {python}"));
            let venv = Venv::new("release", python)?;
            venv.install(&[&file])?;
            demo::show(&venv)?;
        }
    }
    Ok(())
}
