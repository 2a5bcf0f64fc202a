//! The crates that go into the component, with their licences, as CycloneDX has them
//! (<https://cyclonedx.org/docs/1.6/json/>).

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::component::{self, TARGET};
use crate::step;

/// The file that keeps it, in the repository.
pub const FILE: &str = "guest/collector.cdx.json";

/// What separates a crate's name and version from its licence; no licence holds it.
const SEPARATOR: char = '|';

/// The inventory. It says neither when nor where it was made: it is the same for the same sources.
///
/// # Errors
///
/// Where cargo or rustc does not answer.
pub fn make() -> Result<String> {
    let tree = step::output(&mut step::cargo(&[
        "tree",
        "--locked",
        "--package",
        "collector",
        "--target",
        TARGET,
        // What runs in the component, and not what makes it.
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}|{l}",
    ]))?;
    let lines: BTreeSet<&str> = tree.lines().collect();
    let (ours, others): (Vec<_>, Vec<_>) = lines
        .into_iter()
        .map(Crate::parse)
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .partition(|each| each.name == "collector");
    let collector = ours.first().context("it is in its own tree")?;
    let mut components: Vec<Value> = others.iter().map(Crate::component).collect();
    components.push(standard_library()?);
    let inventory = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {
            "type": "library",
            "name": "collector.wasm",
            "version": collector.version,
            "licenses": [{"expression": collector.licence}],
        }},
        "components": components,
    });
    Ok(serde_json::to_string_pretty(&inventory)? + "\n")
}

struct Crate<'a> {
    name: &'a str,
    version: &'a str,
    licence: String,
}

impl<'a> Crate<'a> {
    /// Reads `serde v1.0.0|MIT`; a path may follow the version.
    fn parse(line: &'a str) -> Result<Self> {
        let parse = || {
            let (package, licence) = line.split_once(SEPARATOR)?;
            let mut words = package.split(' ');
            Some(Self {
                name: words.next()?,
                version: words.next()?.strip_prefix('v')?,
                // Old manifests write "MIT/Apache-2.0".
                licence: licence.replace('/', " OR "),
            })
        };
        let parsed = parse().with_context(|| format!("no crate: {line}"))?;
        ensure!(!parsed.licence.is_empty(), "{}: no licence", parsed.name);
        Ok(parsed)
    }

    fn component(&self) -> Value {
        let purl = format!("pkg:cargo/{}@{}", self.name, self.version);
        json!({
            "type": "library",
            "bom-ref": purl,
            "name": self.name,
            "version": self.version,
            "licenses": [{"expression": self.licence}],
            "purl": purl,
        })
    }
}

/// Rust's standard library, which no tree of cargo's shows; wasi-libc is linked into it.
fn standard_library() -> Result<Value> {
    let said = step::output(&mut step::program(component::rustc(), &["--version"]))?;
    let version = said.split(' ').nth(1).context("rustc has a version")?;
    Ok(json!({
        "type": "library",
        "bom-ref": format!("rust-std@{version}"),
        "name": "rust-std",
        "version": version,
        "description": "Rust's standard library, with wasi-libc",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
    }))
}
