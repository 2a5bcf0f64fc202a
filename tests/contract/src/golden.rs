//! Files that say what a test must make: compared, or with `BLESS=1` rewritten.

use std::path::Path;
use std::{env, fs};

/// Whether the files are to be rewritten.
#[must_use]
pub fn is_blessing() -> bool {
    env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Compares a text with the file that keeps it, byte for byte.
///
/// # Errors
///
/// In words, where the file is missing or says something else.
///
/// # Panics
///
/// Where a blessed file cannot be written.
pub fn compare(file: &Path, actual: &str) -> Result<(), String> {
    if is_blessing() {
        fs::write(file, actual).expect("the file can be written");
        return Ok(());
    }
    let name = file.file_name().unwrap_or_default().display();
    match fs::read_to_string(file) {
        Err(error) => Err(format!("{name}: {error}")),
        Ok(expected) if expected == actual => Ok(()),
        Ok(expected) => Err(format!("{name}: {}", difference(&expected, actual))),
    }
}

/// Where two texts first differ: lines may be long, so only what is around that place.
fn difference(expected: &str, actual: &str) -> String {
    const AROUND: usize = 60;
    let same = expected
        .chars()
        .zip(actual.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let line = expected.chars().take(same).filter(|c| *c == '\n').count() + 1;
    let [expected, actual] = [expected, actual].map(|text| -> String {
        let around = text.chars().skip(same.saturating_sub(AROUND));
        around.take(2 * AROUND).collect()
    });
    format!("line {line}\n  expected: …{expected:?}…\n  actual:   …{actual:?}…")
}
