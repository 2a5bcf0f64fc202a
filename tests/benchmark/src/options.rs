//! What `cargo xtask bench` asks for.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// The target folder, and what to measure.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where everything is that was built.
    pub target: PathBuf,
    /// Whether it is enough to see that all of it works: `--quick`.
    pub is_quick: bool,
    /// Whether nothing but whole runs is measured: `--only wall`.
    pub is_wall_alone: bool,
    /// The version of the plugin that is measured beside: that of `--baseline WHEEL`.
    pub baseline: Option<String>,
}

impl Options {
    /// Reads the command line: the target folder first.
    pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let target = arguments.next().context("where is the target folder?")?;
        let mut options = Self {
            target: target.into(),
            ..Self::default()
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().context(format!("{argument} of what?"));
            match argument.as_str() {
                "--quick" => options.is_quick = true,
                "--only" => {
                    ensure!(value()? == "wall", "only `wall` can be measured alone");
                    options.is_wall_alone = true;
                }
                "--baseline" => options.baseline = Some(version(&value()?)?),
                _ => bail!("what is {argument}?"),
            }
        }
        Ok(options)
    }
}

/// The version in the name of a wheel:
/// https://packaging.python.org/en/latest/specifications/binary-distribution-format/
fn version(wheel: &str) -> Result<String> {
    let name = Path::new(wheel).file_name().and_then(|name| name.to_str());
    let version = name.and_then(|name| name.split('-').nth(1));
    Ok(version.context("--baseline wants a wheel")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Options> {
        Options::read(text.split(' ').map(str::to_owned))
    }

    #[test]
    fn all_can_be_said_together() {
        let options = read("target --only wall --quick --baseline /a-b/x-2.0.0-py3-none-any.whl");
        let expected = Options {
            target: "target".into(),
            is_quick: true,
            is_wall_alone: true,
            baseline: Some("2.0.0".to_owned()),
        };
        assert_eq!(options.unwrap(), expected);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(read("target --slow").is_err());
        assert!(read("target --only calls").is_err());
        assert!(read("target --baseline").is_err());
        assert!(read("target --baseline wheel").is_err());
    }
}
