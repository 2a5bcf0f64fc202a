//! Targets for what a person waits for, and for the CPU of both processes.

use super::{Bound, Target};
use crate::plan::Cores;
use crate::subject::{self, Subject};
use crate::table::number;
use crate::waits::{self, Waits};

/// The wall time added by runs of so many tests at most, over the pure-Python plugin's.
const SHORT: [(usize, f64); 2] = [(50, 0.7), (500, 0.35)];

/// The same for every run that takes longer than a second.
const LONG: f64 = 0.3;

/// The CPU of both processes added by runs of so many tests at most, over the pure-Python plugin's.
const CPU_BY_TESTS: [(usize, f64); 4] = [(50, 1.0), (500, 0.85), (2_000, 0.5), (20_000, 0.25)];

/// The CPU of both processes at most, over that of pytest where it delivers itself.
const CPU: f64 = 1.3;

/// From how many tests on the CPU is compared: a smaller run hardly adds any.
const CPU_FROM: usize = 50;

/// All of them, from what was measured.
pub fn all(all: &[Waits], subjects: &[Subject]) -> Vec<Target> {
    let mut targets: Vec<Target> = all.iter().filter_map(wall).collect();
    let one_core = all.iter().filter(|each| each.wait.cores == Cores::One);
    targets.extend(one_core.flat_map(|waits| {
        let others = references(subjects);
        others.map(|other| single(waits, other)).collect::<Vec<_>>()
    }));
    let many = all.iter().filter(|each| {
        each.wait.cores == Cores::All && each.wait.tests >= CPU_FROM && each.wait.sleep == 0
    });
    targets.extend(many.flat_map(|waits| {
        let pure = CPU_BY_TESTS
            .iter()
            .find(|(tests, _)| *tests == waits.wait.tests);
        let pure = pure.map(|(_, bound)| cpu(waits, &subject::PURE, *bound));
        let others = references(subjects).map(|other| cpu(waits, other, CPU));
        pure.into_iter().chain(others).collect::<Vec<_>>()
    }));
    targets
}

/// What the courier is compared with: this version without it, and an earlier one.
fn references(subjects: &[Subject]) -> impl Iterator<Item = &Subject> {
    subjects.iter().filter(|subject| {
        subject.name == subject::IN_PROCESS.name || subject.venv == subject::BASELINE_VENV
    })
}

fn wall(waits: &Waits) -> Option<Target> {
    let wait = waits.wait;
    let [ours, pure] = [subject::OURS, subject::PURE].map(|each| waits.added(&each).wall);
    let short = SHORT.iter().find(|(tests, _)| *tests == wait.tests);
    let bound = match (wait.cores, wait.sleep, short) {
        (Cores::One, ..) => return None,
        (_, 0, Some((_, bound))) => *bound,
        _ if waits.plain_wall() > 1.0 => LONG,
        _ => return None,
    };
    Some(Target {
        what: format!(
            "wall time added to {}, over the pure-Python plugin's",
            waits::name(wait)
        ),
        bound: Bound::AtMost(bound),
        measured: ours / pure,
        pure: 1.0,
        floor: None,
    })
}

/// Where there is one core, the courier must not be worse than none.
fn single(waits: &Waits, other: &Subject) -> Target {
    let added = waits.added(other);
    let noise = waits.noise(&subject::OURS, other);
    Target {
        what: format!(
            "wall time added to {}, over that of: {} (1, and {} for noise)",
            waits::name(waits.wait),
            other.name,
            number(noise)
        ),
        bound: Bound::AtMost(1.0 + noise),
        measured: waits.added(&subject::OURS).wall / added.wall,
        pure: waits.added(&subject::PURE).wall / added.wall,
        floor: None,
    }
}

fn cpu(waits: &Waits, other: &Subject, bound: f64) -> Target {
    let added = waits.added(other).cpu;
    Target {
        what: format!(
            "CPU of both processes added to {}, over that of: {}",
            waits::name(waits.wait),
            other.name
        ),
        bound: Bound::AtMost(bound),
        measured: waits.added(&subject::OURS).cpu / added,
        pure: waits.added(&subject::PURE).cpu / added,
        floor: None,
    }
}
