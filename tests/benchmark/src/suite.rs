//! Suites of trivial tests.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// How many tests a file has.
const PER_FILE: usize = 100;

/// How many spans the tests of `spans` record is in this environment variable.
pub const SPANS: &str = "BENCHMARK_SPANS";

/// A suite on disk.
#[derive(Debug)]
pub struct Suite {
    /// Where it is.
    pub folder: PathBuf,
}

impl Suite {
    /// Writes a suite of so many tests, of which the first and the last leave marks.
    pub fn trivial(parent: &Path, tests: usize) -> Result<Self> {
        let suite = Self::empty(parent, &tests.to_string())?;
        for (number, first) in (0..tests).step_by(PER_FILE).enumerate() {
            let numbers = first..tests.min(first + PER_FILE);
            let mut code = "from marks import mark\n".to_owned();
            for test in numbers {
                let body = if test == 0 || test == tests - 1 {
                    "mark()"
                } else {
                    "pass"
                };
                write!(code, "\n\ndef test_{test}():\n    {body}\n")?;
            }
            fs::write(suite.folder.join(format!("test_{number:04}.py")), code)?;
        }
        Ok(suite)
    }

    /// Writes a suite of so many tests, each of which sleeps for so many milliseconds; these leave
    /// no marks.
    pub fn sleeping(parent: &Path, tests: usize, milliseconds: usize) -> Result<Self> {
        let suite = Self::empty(parent, &format!("{tests}-{milliseconds}"))?;
        let mut code = "import time\n".to_owned();
        for test in 0..tests {
            let seconds = milliseconds as f64 / 1e3;
            write!(code, "\n\ndef test_{test}():\n    time.sleep({seconds})\n")?;
        }
        fs::write(suite.folder.join("test_sleep.py"), code)?;
        Ok(suite)
    }

    /// Writes a suite of one test, with whose beginning the process ends.
    pub fn start(parent: &Path) -> Result<Self> {
        let suite = Self::empty(parent, "start")?;
        let code = "import os\n\n\ndef test_start():\n    os._exit(0)\n";
        fs::write(suite.folder.join("test_start.py"), code)?;
        Ok(suite)
    }

    /// Writes a suite of one test, which records spans.
    pub fn spans(parent: &Path) -> Result<Self> {
        let suite = Self::empty(parent, "spans")?;
        let code = format!(
            "\
import os


def test_spans(spans):
    for number in range(int(os.environ[\"{SPANS}\"])):
        with spans.measure(\"annotation\", {{\"content\": str(number)}}):
            pass
"
        );
        fs::write(suite.folder.join("test_spans.py"), code)?;
        Ok(suite)
    }

    fn empty(parent: &Path, name: &str) -> Result<Self> {
        let folder = parent.join(name);
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("pytest.ini"), "[pytest]\n")?;
        Ok(Self { folder })
    }
}
