//! `RESULTS.md`: what was measured, when, and on what.

#[path = "report/component.rs"]
mod component_section;
mod runs;
mod waits;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::component;
use crate::costs::Costs;
use crate::plan::{LATENCY, Plan, WAIT_LATENCY};
use crate::recorded_calls;
use crate::subject::Subject;
use crate::table::{number, whole};
use crate::targets;
use crate::waits::Waits;

/// What `python/versions.py` says.
#[derive(Debug, Deserialize)]
pub struct Versions {
    /// The day, as 2026-01-31.
    day: String,
    /// The kind of machine.
    machine: String,
    /// Python's version.
    python: String,
    /// The versions of packages.
    packages: BTreeMap<String, String>,
}

/// Everything that was measured.
#[derive(Debug)]
pub struct Report<'a> {
    /// How much was measured.
    pub plan: &'a Plan,
    /// With what.
    pub versions: Vec<Versions>,
    /// What is compared with plain pytest.
    pub subjects: &'a [Subject],
    /// Whole runs, one after the other.
    pub waits: &'a [Waits],
    /// Everything else; none where nothing else was measured.
    pub rest: Option<Rest<'a>>,
}

/// What is measured beside whole runs.
#[derive(Debug, Clone, Copy)]
pub struct Rest<'a> {
    /// The runs of pytest.
    pub costs: &'a [Costs],
    /// The component alone.
    pub component: &'a component::Costs,
    /// Automatic spans.
    pub recorded: &'a recorded_calls::Costs,
    /// The file of the plot.
    pub plot: &'a str,
}

impl Report<'_> {
    /// The page.
    pub fn text(&self) -> String {
        let mut targets = targets::waits::all(self.waits, self.subjects);
        if let Some(rest) = self.rest {
            let others = targets::runs::all(self.plan, rest.costs, rest.component);
            let recorded = targets::recorded_calls::all(rest.recorded);
            targets = others.into_iter().chain(targets).chain(recorded).collect();
        }
        let mut sections = vec![
            "# What it costs\n".to_owned(),
            self.about(),
            format!("## Targets\n\n{}", targets::table(&targets)),
            format!(
                "## What a person waits for\n\nWhole runs, one after the other: in each round one \
                 of each kind, by turns in another order. The server takes {} s for each answer. \
                 What is added is the median of the differences to the round's run of plain pytest, \
                 with half of what the middle half of the rounds spans behind ±; CPU is that of \
                 both processes. On one core the test process and its courier share it, and the \
                 server has another.\n\n{}",
                number(WAIT_LATENCY),
                waits::text(self.waits)
            ),
        ];
        if let Some(rest) = self.rest {
            sections.extend(self.others(rest));
        }
        sections.join("\n")
    }

    fn others(&self, rest: Rest) -> [String; 4] {
        [
            format!(
                "## Per run\n\nMedians of what is added to plain pytest. The first start is that \
                 of the first run after an installation, when pytest compiles its plugins. Calls \
                 and starts are those of the test process, instructions those of both.\n\n{}",
                runs::once(self.plan, rest.costs)
            ),
            format!(
                "## By the size of the suite\n\n![CPU added per test, by the size of the \
                 suite]({})\n\nCPU per test is that of both processes, peak MB are those that the \
                 test process has more than plain pytest, and the courier's are all that it \
                 has. Those alone that targets name run the largest suite.\n\n{}",
                rest.plot,
                runs::sizes(self.plan, rest.costs)
            ),
            format!(
                "## At the end\n\n{} results, and a server that takes {} s for each answer. Here \
                 plain pytest runs before, not beside: what counts is how long it takes. With a \
                 courier the test process waits for it, and without one it delivers \
                 itself.\n\n{}",
                whole(self.plan.end.tests),
                number(LATENCY),
                runs::ends(rest.costs)
            ),
            format!(
                "## The component alone\n\n{}",
                component_section::text(rest.component)
            ),
        ]
    }

    fn about(&self) -> String {
        let mut packages = BTreeMap::new();
        for versions in &self.versions {
            packages.extend(&versions.packages);
        }
        let packages: Vec<_> = packages
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        let first = &self.versions[0];
        let rest = match self.rest {
            None => "",
            Some(_) => {
                " The component is measured alone in the `wasmtime` crate, too. But where whole runs \
                 are told, each run is compared with one of plain pytest at the same time, and all \
                 take turns; half of the range of the runs is behind ±. Calls are counted by \
                 cProfile, built-in functions too, and instructions by valgrind; both repeat \
                 whatever else the machine does, and of times on a shared machine trust the \
                 ratios. One run's instructions hold what it does once, the loading or compiling of \
                 the component, shared out among its tests."
            }
        };
        format!(
            "Written by `cargo xtask bench` on {}: {}, Python {}, {}. Trivial tests; CPU is user and \
             system time.{rest}\n",
            first.day,
            first.machine,
            first.python,
            packages.join(", ")
        )
    }
}
