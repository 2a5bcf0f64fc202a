//! `RESULTS.md`: what was measured, when, and on what.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::component;
use crate::measurement::{Cost, Costs};
use crate::plan::{LATENCY, Plan};
use crate::subject::{self, Subject};
use crate::table::{Table, maybe, number};
use crate::targets;

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
    /// The runs of pytest.
    pub costs: &'a [Costs],
    /// The component alone.
    pub component: &'a component::Costs,
}

impl Report<'_> {
    /// The page.
    pub fn text(&self, plot: &str) -> String {
        let targets = targets::table(&targets::all(self.plan, self.costs, self.component));
        let sections = [
            "# What it costs\n".to_owned(),
            self.about(),
            format!("## Targets\n\n{targets}"),
            format!(
                "## Per run\n\nMedians of what is added to plain pytest. The first start is that \
                 of the first run after an installation, when pytest compiles its plugins.\n\n{}",
                self.runs()
            ),
            format!(
                "## By the size of the suite\n\n![CPU added per test, by the size of the \
                 suite]({plot})\n\n{}",
                self.sizes()
            ),
            format!(
                "## At the end\n\n{} results, and a server that takes {} s for each answer. Here plain \
                 pytest runs before, not beside: what counts is how long it takes.\n\n{}",
                number(self.plan.end.tests as f64),
                number(LATENCY),
                self.ends()
            ),
            format!("## The component alone\n\n{}", self.component()),
        ];
        sections.join("\n")
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
        format!(
            "Written by `cargo xtask bench` on {}: {}, Python {}, {}; the component alone also in \
             the `wasmtime` crate. Trivial tests. Each run is compared with one of plain pytest at the \
             same time, and all take turns; CPU is user and system time, with half of the range \
             of the runs behind ±. \
             Calls are counted by cProfile, built-in functions too, and instructions by valgrind; \
             both repeat whatever else the machine does, and of times on a shared machine trust the \
             ratios. One run's instructions hold what it does once, the compiling of the component, \
             shared out among its tests.\n",
            first.day,
            first.machine,
            first.python,
            packages.join(", ")
        )
    }

    fn runs(&self) -> String {
        let (few, many) = self.plan.calls;
        let calls = format!("calls per test ({few} to {many})");
        let instructions = format!(
            "instructions per test ({})",
            number(self.plan.instructions as f64)
        );
        let mut table = Table::new(&[
            "",
            &calls,
            &instructions,
            "start, ms CPU",
            "start, million instructions",
            "first start, ms CPU",
            "a span, µs CPU",
        ]);
        for (subject, costs) in self.rows() {
            table.row(&[
                subject.name.to_owned(),
                number(costs.calls),
                maybe(costs.instructions),
                number(costs.start),
                maybe(costs.start_instructions.map(|count| count / 1e6)),
                number(costs.first_start),
                maybe(costs.span),
            ]);
        }
        table.into_text()
    }

    fn sizes(&self) -> String {
        let mut table = Table::new(&[
            "",
            "tests",
            "µs CPU per test",
            "of them while tests run",
            "ms CPU at exit",
            "ms at exit",
            "peak MB",
            "requests",
            "connections",
            "MB sent",
            "results arrived",
        ]);
        for (subject, costs) in self.rows() {
            let sizes = self.plan.sizes.iter().zip(&costs.sizes);
            for (size, cost) in sizes.filter_map(|(size, cost)| Some((size, cost.as_ref()?))) {
                table.row(&size_row(subject, size.tests, cost));
            }
        }
        let mut text = table.into_text();
        for (subject, costs) in self.rows() {
            for (size, cost) in self.plan.sizes.iter().zip(&costs.sizes) {
                if let Some(failure) = cost.as_ref().and_then(|cost| cost.failure.as_ref()) {
                    let tests = number(size.tests as f64);
                    let name = subject.name;
                    text +=
                        &format!("\nWith {tests} tests, a run of: {name}, ended with {failure}.\n");
                }
            }
        }
        text
    }

    fn ends(&self) -> String {
        let mut table = Table::new(&["", "s", "s CPU", "requests", "connections", "MB sent"]);
        for (subject, costs) in self.rows() {
            if let Some(end) = &costs.end {
                table.row(&[
                    subject.name.to_owned(),
                    number(end.wall),
                    number(end.cpu),
                    number(end.traffic.requests),
                    number(end.traffic.connections),
                    number(end.traffic.bytes / 1e6),
                ]);
            }
        }
        table.into_text()
    }

    fn component(&self) -> String {
        let component = self.component;
        let mut table = Table::new(&["", "compiled for the processor", "pulley64 bytecode"]);
        let python =
            |value: fn(&component::PythonCosts) -> f64| component.python.each_ref().map(value);
        let mut add = |what: &str, [native, portable]: [f64; 2]| {
            table.row(&[what.to_owned(), number(native), number(portable)]);
        };
        add(
            "compiled size, kB",
            python(|costs| costs.artefact_bytes / 1e3),
        );
        add("wasmtime-py: import, ms CPU", python(|costs| costs.import));
        add(
            "wasmtime-py: compile, ms CPU",
            python(|costs| costs.compile),
        );
        add(
            "wasmtime-py: compile without optimizing, ms CPU",
            python(|costs| costs.compile_unoptimized),
        );
        add(
            "wasmtime-py: load compiled, ms CPU",
            python(|costs| costs.load),
        );
        add(
            "wasmtime-py: instantiate, ms CPU",
            python(|costs| costs.instantiate),
        );
        add(
            "wasmtime-py: events per s",
            python(|costs| costs.events / costs.feed * 1e3),
        );
        add(
            "wasmtime-py: µs per event",
            python(|costs| costs.feed / costs.events * 1e3),
        );
        add(
            "wasmtime-py: MB of events per s",
            python(|costs| costs.fed_bytes / costs.feed / 1e3),
        );
        add(
            "wasmtime-py: MB of payload per s",
            python(|costs| costs.taken_bytes / costs.take / 1e3),
        );
        if let Some(rust) = &component.rust {
            let [_, native, portable] = rust.event;
            add(
                "crate: compile, ms",
                [rust.start[0] * 1e3, rust.portable_start[0] * 1e3],
            );
            add(
                "crate: load compiled, ms",
                [rust.start[1] * 1e3, rust.portable_start[1] * 1e3],
            );
            add(
                "crate: instantiate, ms",
                [rust.start[2] * 1e3, rust.portable_start[2] * 1e3],
            );
            add(
                "crate: events folded and serialized per s",
                [1.0 / native, 1.0 / portable],
            );
            // Of the same events.
            let [payload, _] = python(|costs| costs.taken_bytes / costs.events / 1e6);
            add(
                "crate: MB of payload folded and serialized per s",
                [payload / native, payload / portable],
            );
        }
        let mut text = table.into_text();
        text += &format!(
            "\nThe component itself has {} kB. ",
            number(component.size / 1e3)
        );
        if let Some(rust) = &component.rust {
            let rate = number(1.0 / rust.event[0]);
            text += &format!("Without WebAssembly its logic folds {rate} events a second. ");
        }
        text += &format!(
            "The plugin has it ready after {} ms of CPU, with nothing cached.\n",
            number(component.plugin_start)
        );
        text
    }

    fn rows(&self) -> impl Iterator<Item = (&Subject, &Costs)> {
        subject::ALL.iter().zip(self.costs).skip(1)
    }
}

fn size_row(subject: &Subject, tests: usize, cost: &Cost) -> Vec<String> {
    let traffic = cost.traffic;
    let sent = |value: f64| {
        number(if traffic.connections > 0.0 {
            value
        } else {
            f64::NAN
        })
    };
    vec![
        subject.name.to_owned(),
        number(tests as f64),
        match cost.spread.is_nan() {
            true => number(cost.cpu),
            false => format!("{} ± {}", number(cost.cpu), number(cost.spread)),
        },
        number(cost.during),
        number(cost.after),
        number(cost.wall_after),
        number(cost.peak),
        sent(traffic.requests),
        sent(traffic.connections),
        sent(traffic.bytes / 1e6),
        sent(traffic.results),
    ]
}
