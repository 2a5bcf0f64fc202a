//! What the plugin is to cost at most, and what it costs.

use crate::component;
use crate::measurement::{Cost, Costs};
use crate::plan::Plan;
use crate::subject::{self, Subject};
use crate::table::{Table, number};

/// A bound and what was measured.
#[derive(Debug)]
pub struct Target {
    /// What is bounded.
    pub what: &'static str,
    /// What it should be.
    pub bound: Bound,
    /// What it is.
    pub measured: f64,
    /// What the pure-Python plugin has.
    pub pure: f64,
    /// Below what it cannot be, and why.
    pub floor: Option<(f64, &'static str)>,
}

/// On which side of a number the good ones are.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// It, or less.
    AtMost(f64),
    /// It, or more.
    AtLeast(f64),
}

impl Target {
    /// Whether it is met.
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.measured <= bound,
            Bound::AtLeast(bound) => self.measured >= bound,
        }
    }

    fn verdict(&self) -> String {
        match (self.is_met(), self.floor) {
            (true, _) => "met".to_owned(),
            (false, None) => "**not met**".to_owned(),
            (false, Some((floor, why))) => {
                format!("**not met**; the floor is {} ({why})", number(floor))
            }
        }
    }
}

/// What the end of a large run cannot do without.
const ENDING: &str = "an empty plugin that keeps a line of each test's start and end on disk; \
                      importing wasmtime and urllib3, compiling the component, and compressing what is \
                      sent";

/// All targets, from what was measured.
pub fn all(plan: &Plan, costs: &[Costs], component: &component::Costs) -> Vec<Target> {
    let ours = of(costs, &subject::OURS);
    let pure = of(costs, &subject::PURE);
    let silent = of(costs, &subject::SILENT);
    let pure_silent = of(costs, &subject::PURE_SILENT);
    let floor = of(costs, &subject::FLOOR);
    let keeper = of(costs, &subject::KEEPER);
    let growth = |costs, from: fn(&Costs) -> &Cost| large(costs).cpu / from(costs).cpu;
    let ours_end = ours.end.as_ref().expect("it uploads");
    let pure_end = pure.end.as_ref().expect("it uploads");
    let idle = of(costs, &subject::IDLE);
    let [_, portable] = &component.python;
    let counted = |costs: &Costs| costs.instructions.unwrap_or(f64::NAN);
    // What the end of a run cannot do without, for each test: microseconds, and instructions.
    let tests = plan.instructions as f64;
    let ending = component.ending.cpu * 1e3 / tests;
    let counted_ending = component.ending.instructions.unwrap_or(f64::NAN) / tests;
    vec![
        Target {
            what: "Python calls added per test, token and server",
            bound: Bound::AtMost(80.0),
            measured: ours.calls,
            pure: pure.calls,
            floor: Some((floor.calls, "an empty plugin with the same hooks")),
        },
        Target {
            what: "CPU added per test at 20,000 tests, over the pure-Python plugin's",
            bound: Bound::AtMost(1.0 / 8.0),
            measured: middle(ours).cpu / middle(pure).cpu,
            pure: 1.0,
            floor: Some(((middle(keeper).cpu + ending) / middle(pure).cpu, ENDING)),
        },
        Target {
            what: "instructions added per test at 20,000 tests, over the pure-Python plugin's",
            bound: Bound::AtMost(1.0 / 8.0),
            measured: counted(ours) / counted(pure),
            pure: 1.0,
            floor: Some(((counted(keeper) + counted_ending) / counted(pure), ENDING)),
        },
        Target {
            what: "growth of the CPU added per test, from the smallest suite to the largest",
            bound: Bound::AtMost(1.1),
            measured: growth(ours, small),
            pure: growth(pure, small),
            floor: None,
        },
        Target {
            what: "the same from the middle one, where what a run pays once weighs less",
            bound: Bound::AtMost(1.1),
            measured: growth(ours, middle),
            pure: growth(pure, middle),
            floor: None,
        },
        Target {
            what: "start-up CPU, a run that is to upload, ms before the first test",
            bound: Bound::AtMost(15.0),
            measured: ours.start,
            pure: pure.start,
            floor: Some((idle.start, subject::IDLE.name)),
        },
        Target {
            what: "start-up CPU, no token, ms before the first test",
            bound: Bound::AtMost(3.0),
            measured: silent.start,
            pure: pure_silent.start,
            floor: Some((idle.start, subject::IDLE.name)),
        },
        Target {
            what: "Python calls added per test, no token",
            bound: Bound::AtMost(5.0),
            measured: silent.calls,
            pure: pure_silent.calls,
            floor: None,
        },
        Target {
            what: "end of session, 10,000 results, 100 ms latency, s",
            bound: Bound::AtMost(1.0),
            measured: ours_end.wall,
            pure: pure_end.wall,
            floor: None,
        },
        Target {
            what: "bytes on the wire for them, over the pure-Python plugin's",
            bound: Bound::AtMost(1.0 / 6.0),
            measured: ours_end.traffic.bytes / pure_end.traffic.bytes,
            pure: 1.0,
            floor: None,
        },
        Target {
            what: "peak memory added, the largest suite, MB",
            bound: Bound::AtMost(80.0),
            measured: large(ours).peak,
            pure: large(pure).peak,
            floor: None,
        },
        Target {
            what: "events folded and serialized per second, natively compiled",
            bound: Bound::AtLeast(500_000.0),
            measured: component
                .rust
                .as_ref()
                .map_or(f64::NAN, |rust| 1.0 / rust.event[1]),
            pure: f64::NAN,
            floor: None,
        },
        Target {
            what: "cold start of the component in the plugin, nothing cached, ms of CPU",
            bound: Bound::AtMost(60.0),
            measured: component.plugin_start,
            pure: f64::NAN,
            floor: Some((
                portable.import + portable.load + portable.instantiate,
                "`import wasmtime`, and what is compiled already",
            )),
        },
    ]
}

/// The targets as a table.
pub fn table(targets: &[Target]) -> String {
    let mut table = Table::new(&[
        "what",
        "target",
        "measured",
        "pure-Python plugin",
        "is it met?",
    ]);
    for target in targets {
        let bound = match target.bound {
            Bound::AtMost(bound) => format!("at most {}", number(bound)),
            Bound::AtLeast(bound) => format!("at least {}", number(bound)),
        };
        table.row(&[
            target.what.to_owned(),
            bound,
            number(target.measured),
            number(target.pure),
            target.verdict(),
        ]);
    }
    table.into_text()
}

/// What was measured of a subject.
fn of<'a>(costs: &'a [Costs], subject: &Subject) -> &'a Costs {
    &costs[subject.place()]
}

/// The smallest.
fn small(costs: &Costs) -> &Cost {
    at(costs, 0)
}

/// The largest but one.
fn middle(costs: &Costs) -> &Cost {
    at(costs, middle_of(costs.sizes.len()))
}

const fn middle_of(sizes: usize) -> usize {
    sizes.saturating_sub(2)
}

/// The largest.
fn large(costs: &Costs) -> &Cost {
    at(costs, costs.sizes.len() - 1)
}

fn at(costs: &Costs, index: usize) -> &Cost {
    const NOTHING: &Cost = &Cost::NONE;
    costs.sizes[index].as_ref().unwrap_or(NOTHING)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(bound: Bound, measured: f64) -> Target {
        Target {
            what: "it",
            bound,
            measured,
            pure: f64::NAN,
            floor: Some((2.0, "a law of nature")),
        }
    }

    #[test]
    fn what_is_on_the_right_side_is_met() {
        assert!(target(Bound::AtMost(5.0), 5.0).is_met());
        assert!(!target(Bound::AtMost(5.0), 5.1).is_met());
        assert!(target(Bound::AtLeast(5.0), 6.0).is_met());
        assert!(!target(Bound::AtLeast(5.0), f64::NAN).is_met());
    }

    #[test]
    fn what_is_not_met_says_its_floor() {
        let table = table(&[target(Bound::AtMost(5.0), 6.0)]);
        let row =
            "| it | at most 5.0 | 6.0 | – | **not met**; the floor is 2.0 (a law of nature) |";
        assert!(table.contains(row), "{table}");
    }
}
