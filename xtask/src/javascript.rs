//! The npm package, and Node's tests of it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::interface;
use crate::node::{Node, copy};
use xtask::component::Build;
use xtask::{core_module, inventory, root, step, target, version};

/// What the package is built from, beside what it carries.
const SOURCES: [&str; 7] = [
    ".npmrc",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "README.md",
    "src",
    "test",
];

/// Builds the npm package under `target/npm`, and returns the tarball's path.
pub fn package() -> Result<PathBuf> {
    let node = Node::new()?;
    let folder = target().join("npm");
    let sources = root().join("tests/hosts/javascript");
    fs::create_dir_all(&folder)?;
    for name in SOURCES {
        copy(&sources.join(name), &folder.join(name))?;
    }
    let component = Build::here()?.run()?;
    copy(&component, &folder.join("collector.wasm"))?;
    copy(
        &core_module::write(&component)?,
        &folder.join(core_module::FILE),
    )?;
    copy(&root().join("LICENSE"), &folder.join("LICENSE"))?;
    copy(&root().join("wit"), &folder.join("wit"))?;
    copy(
        &root().join(inventory::FILE),
        &folder.join("collector.cdx.json"),
    )?;

    let wit = folder.join("wit");
    let version = version::current(&root())?;
    for (file, text) in [
        ("src/interface.ts", interface::typescript(&wit)?),
        ("src/host/fields.ts", settings(&wit)?),
        ("src/host/version.ts", version_module(&version)),
    ] {
        fs::write(folder.join(file), text)?;
    }

    node.install(&folder)?;
    fs::remove_dir_all(folder.join("dist")).ok();
    step::run(node.npm(&folder, &["run", "--silent", "build"])?)?;
    step::run(node.npm(&folder, &["pack", "--silent"])?)?;
    Ok(folder.join(format!("buildkite-test-collector-component-{version}.tgz")))
}

/// The table of settings as TypeScript.
fn settings(wit: &Path) -> Result<String> {
    let table = fs::read_to_string(wit.join("settings.txt"))?;
    let mut text = String::from(
        "/** Which variable is which field of `settings`. Made from wit/settings.txt. */\n\n\
         export const fields: { variable: string; field: string; isSwitch: boolean }[] = [\n",
    );
    for line in table.lines() {
        let mut words = line.split(' ');
        let (variable, field) = words.next().zip(words.next()).context("two words a line")?;
        let is_switch = words.next() == Some("switch");
        writeln!(
            text,
            "  {{ variable: \"{variable}\", field: \"{field}\", isSwitch: {is_switch} }},"
        )?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// The package's version as TypeScript.
fn version_module(version: &str) -> String {
    format!("/** The version of this package. */\nexport const version = \"{version}\";\n")
}

/// Passes the tests that run in Node, on the package as it was built last.
pub fn test() -> Result<()> {
    let mut tests = Node::new()?.npm(&target().join("npm"), &["test", "--silent"])?;
    tests.env("COLLECTOR_CASES", root().join("tests/cases"));
    step::run(tests)
}
