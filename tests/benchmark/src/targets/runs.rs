//! Targets for calls, CPU, memory and the component.

use super::{Bound, Target};
use crate::component;
use crate::costs::{Cost, Costs};
use crate::plan::Plan;
use crate::subject::{self, Subject};
use crate::table::whole;

/// What the end of a large run cannot do without.
const ENDING: &str = "an empty plugin that keeps a line of each test's start and end on disk; \
                      importing wasmtime and urllib3, compiling the component, and compressing what is \
                      sent";

/// All targets, from what was measured.
pub fn all(plan: &Plan, costs: &[Costs], component: &component::Costs) -> Vec<Target> {
    let ours = of(costs, &subject::OURS);
    let in_process = of(costs, &subject::IN_PROCESS);
    let pure = of(costs, &subject::PURE);
    let silent = of(costs, &subject::SILENT);
    let pure_silent = of(costs, &subject::PURE_SILENT);
    let floor = of(costs, &subject::FLOOR);
    let keeper = of(costs, &subject::KEEPER);
    let growth = |costs, from: fn(&Costs) -> &Cost| large(costs).cpu / from(costs).cpu;
    let [ours_end, in_process_end, pure_end] =
        [ours, in_process, pure].map(|costs| costs.end.as_ref().expect("it uploads"));
    let idle = of(costs, &subject::IDLE);
    let counted = |costs: &Costs| costs.instructions.unwrap_or(f64::NAN);
    // What the end of a run cannot do without, for each test: microseconds, and instructions.
    let tests = plan.instructions as f64;
    let ending = component.ending.cpu * 1e3 / tests;
    let counted_ending = component.ending.instructions.unwrap_or(f64::NAN) / tests;
    vec![
        Target {
            what: "Python calls added per test, token and server".to_owned(),
            bound: Bound::AtMost(80.0),
            measured: ours.calls,
            pure: pure.calls,
            floor: Some((floor.calls, "an empty plugin with the same hooks")),
        },
        Target {
            what: "CPU added per test at 20,000 tests, over the pure-Python plugin's".to_owned(),
            bound: Bound::AtMost(1.0 / 8.0),
            measured: middle(ours).cpu / middle(pure).cpu,
            pure: 1.0,
            floor: Some(((middle(keeper).cpu + ending) / middle(pure).cpu, ENDING)),
        },
        Target {
            what: format!(
                "instructions added per test at {} tests, over the pure-Python plugin's",
                whole(plan.instructions)
            ),
            bound: Bound::AtMost(1.0 / 8.0),
            measured: counted(ours) / counted(pure),
            pure: 1.0,
            floor: Some(((counted(keeper) + counted_ending) / counted(pure), ENDING)),
        },
        Target {
            what: "growth of the CPU added per test, from the smallest suite to the largest"
                .to_owned(),
            bound: Bound::AtMost(1.1),
            measured: growth(ours, small),
            pure: growth(pure, small),
            floor: None,
        },
        Target {
            what: "the same from the middle one, where what a run pays once weighs less".to_owned(),
            bound: Bound::AtMost(1.1),
            measured: growth(ours, middle),
            pure: growth(pure, middle),
            floor: None,
        },
        Target {
            what: "start-up CPU, a run that is to upload, ms before the first test".to_owned(),
            bound: Bound::AtMost(15.0),
            measured: ours.start,
            pure: pure.start,
            floor: Some((idle.start, subject::IDLE.name)),
        },
        Target {
            what: "start-up CPU, no token, ms before the first test".to_owned(),
            bound: Bound::AtMost(3.0),
            measured: silent.start,
            pure: pure_silent.start,
            floor: Some((idle.start, subject::IDLE.name)),
        },
        Target {
            what: "Python calls added per test, no token".to_owned(),
            bound: Bound::AtMost(5.0),
            measured: silent.calls,
            pure: pure_silent.calls,
            floor: None,
        },
        Target {
            what: "end of session, 10,000 results, 100 ms latency, waiting for the courier, s"
                .to_owned(),
            bound: Bound::AtMost(1.0),
            measured: ours_end.wall,
            pure: pure_end.wall,
            floor: None,
        },
        Target {
            what: "the same without a courier, s".to_owned(),
            bound: Bound::AtMost(1.0),
            measured: in_process_end.wall,
            pure: pure_end.wall,
            floor: None,
        },
        Target {
            what: "bytes on the wire for these results, over the pure-Python plugin's".to_owned(),
            bound: Bound::AtMost(1.0 / 6.0),
            measured: ours_end.traffic.bytes / pure_end.traffic.bytes,
            pure: 1.0,
            floor: None,
        },
        Target {
            what: "peak memory added to the test process, a suite of any size, MB".to_owned(),
            bound: Bound::AtMost(5.0),
            measured: most(ours, |cost| cost.peak),
            pure: most(pure, |cost| cost.peak),
            floor: None,
        },
        Target {
            what: "the courier's peak memory, the largest suite, MB".to_owned(),
            bound: Bound::AtMost(80.0),
            measured: large(ours).courier_peak.unwrap_or(f64::NAN),
            pure: f64::NAN,
            floor: None,
        },
        Target {
            what: "peak memory added without a courier, the largest suite, MB".to_owned(),
            bound: Bound::AtMost(80.0),
            measured: large(in_process).peak,
            pure: large(pure).peak,
            floor: None,
        },
        Target {
            what: "events folded and serialized per second, natively compiled".to_owned(),
            bound: Bound::AtLeast(500_000.0),
            measured: component
                .rust
                .as_ref()
                .map_or(f64::NAN, |rust| 1.0 / rust.event[1]),
            pure: f64::NAN,
            floor: None,
        },
        Target {
            what:
                "the component ready in the plugin, nothing cached, beyond importing wasmtime, ms \
                   of CPU"
                    .to_owned(),
            bound: Bound::AtMost(10.0),
            measured: component.plugin_start,
            pure: f64::NAN,
            floor: None,
        },
    ]
}

/// What was measured of a subject.
fn of<'a>(costs: &'a [Costs], subject: &Subject) -> &'a Costs {
    let found = costs.iter().find(|each| each.subject.name == subject.name);
    found.expect("it is always measured")
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

/// The most of all sizes.
fn most(costs: &Costs, value: fn(&Cost) -> f64) -> f64 {
    let measured = costs.sizes.iter().flatten().map(value);
    measured.fold(f64::NAN, f64::max)
}

fn at(costs: &Costs, index: usize) -> &Cost {
    const NOTHING: &Cost = &Cost::NONE;
    costs.sizes[index].as_ref().unwrap_or(NOTHING)
}
