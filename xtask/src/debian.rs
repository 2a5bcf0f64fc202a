//! What the tests need of the system, and which of Debian's packages bring it.

use std::process::Command;

use crate::left_out;
use crate::step;

/// A program that some tests need.
struct Tool {
    /// What it is called.
    name: &'static str,
    /// By which names systems know it.
    programs: &'static [&'static str],
    package: &'static str,
    /// What is not tested without it.
    tested: &'static str,
}

const TOOLS: [Tool; 5] = [
    Tool {
        name: "git",
        programs: &["git"],
        package: "git",
        tested: "what a repository says of a run, and what a clone holds",
    },
    Tool {
        name: "curl",
        programs: &["curl"],
        package: "curl",
        tested: "a shell as a host",
    },
    Tool {
        name: "Chromium",
        programs: &["chromium", "chromium-browser", "google-chrome"],
        package: "chromium",
        tested: "the page in a browser",
    },
    Tool {
        name: "PostgreSQL",
        programs: &["pg_ctl", "pg_lsclusters"],
        package: "postgresql",
        tested: "automatic spans of its drivers",
    },
    Tool {
        name: "MariaDB",
        programs: &["mariadbd", "/usr/sbin/mariadbd"],
        package: "mariadb-server",
        tested: "automatic spans of MySQL's drivers",
    },
];

impl Tool {
    fn is_there(&self) -> bool {
        let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok();
        self.programs.iter().any(runs)
    }
}

/// Has everything for the tests that can be had; where not, some are skipped, and say so.
pub fn ensure() {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !tool.is_there()).collect();
    if missing.is_empty() {
        return;
    }
    let mut install = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    install.extend(missing.iter().map(|tool| tool.package));
    if let Err(error) = step::run(step::program("apt-get", &install)) {
        for tool in missing {
            left_out::note(format!(
                "There is no {}, so that this is not tested: {} ({error:#}). On Debian: apt-get \
                 install {}",
                tool.name, tool.tested, tool.package
            ));
        }
    }
}
