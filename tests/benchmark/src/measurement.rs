//! All numbers of pytest runs, each a difference to a run of plain pytest at the same time.

use anyhow::{Result, ensure};

use crate::costs::{Cost, Costs, End};
use crate::lab::Lab;
use crate::plan::{LATENCY, Plan, Size};
use crate::statistics::{median, paired, slope, spread};
use crate::subject::{self, Subject};
use crate::suite::{self, Suite};
use crate::trial::{Pair, Trial};
use crate::wrapper::{self, Counted};

/// Measures everything of all subjects, in their order.
pub fn all(lab: &mut Lab, plan: &Plan) -> Result<Vec<Costs>> {
    let mut costs: Vec<Costs> = lab.subjects().into_iter().map(Costs::new).collect();
    calls(lab, plan, &mut costs)?;
    if wrapper::can_count() {
        instructions(lab, plan, &mut costs)?;
    }
    starts(lab, plan, &mut costs)?;
    for (index, &size) in plan.sizes.iter().enumerate() {
        let is_largest = index + 1 == plan.sizes.len();
        sizes(lab, size, is_largest, &mut costs)?;
    }
    ends(lab, plan, &mut costs)?;
    spans(lab, plan, &mut costs)?;
    Ok(costs)
}

fn calls(lab: &mut Lab, plan: &Plan, costs: &mut [Costs]) -> Result<()> {
    println!("calls");
    let (small, large) = plan.calls;
    let suites = [warm(lab, "own", small)?, warm(lab, "own", large)?];
    let count = |lab: &mut Lab, subject: &Subject| -> Result<f64> {
        // The first run of a plugin has more to do than all others: pytest compiles it.
        lab.calls(subject, &suites[0])?;
        let few = lab.calls(subject, &suites[0])?;
        let many = lab.calls(subject, &suites[1])?;
        Ok(slope((small, few), (large, many)))
    };
    let plain = count(lab, &subject::PLAIN)?;
    for cost in costs {
        if !cost.subject.starts_alone {
            cost.calls = count(lab, &cost.subject)? - plain;
        }
    }
    Ok(())
}

/// Counts those of the subjects that the targets name: it takes long.
fn instructions(lab: &mut Lab, plan: &Plan, costs: &mut [Costs]) -> Result<()> {
    println!("instructions");
    let tests = plan.instructions;
    let suites = twins(lab, tests)?;
    let mut count = |subject, other| lab.instructions(subject, other, &suites, Counted::Everything);
    let [ours, plain] = count(&subject::OURS, &subject::PLAIN)?;
    let [pure, keeper] = count(&subject::PURE, &subject::KEEPER)?;
    // What it does once is a thousandth, so that two smaller suites say as much in less time.
    let sizes = [tests.div_ceil(10), tests.div_ceil(5)];
    let mut floors = [0.0; 2];
    for (size, added) in sizes.iter().zip(&mut floors) {
        let suites = twins(lab, *size)?;
        let whose = Counted::Everything;
        let [floor, plain] = lab.instructions(&subject::FLOOR, &subject::PLAIN, &suites, whose)?;
        *added = floor - plain;
    }
    for (subject, added) in [
        (subject::OURS, (ours - plain) / tests as f64),
        (subject::PURE, (pure - plain) / tests as f64),
        (subject::KEEPER, (keeper - plain) / tests as f64),
        (
            subject::FLOOR,
            slope((sizes[0], floors[0]), (sizes[1], floors[1])),
        ),
    ] {
        let mut costs = costs.iter_mut();
        if let Some(cost) = costs.find(|cost| cost.subject.name == subject.name) {
            cost.instructions = Some(added);
        }
    }
    Ok(())
}

fn starts(lab: &mut Lab, plan: &Plan, costs: &mut [Costs]) -> Result<()> {
    println!("starts");
    let suites = twins(lab, 1)?;
    let (warm_rounds, first_rounds) = plan.starts;
    // Once more than is counted: the first run compiles.
    let pairs = rounds(
        lab,
        |_| warm_rounds + 1,
        |lab, subject| lab.pair(subject, &suites),
    )?;
    let before = |trial: &Trial| trial.before() * 1e3;
    for (cost, pairs) in costs.iter_mut().zip(&pairs) {
        cost.start = added(pairs.get(1..).unwrap_or_default(), before);
    }
    if wrapper::can_count() {
        let place = |name: &str| lab.folder().join("suites").join(name);
        let suites = [Suite::start(&place("own"))?, Suite::start(&place("plain"))?];
        for suite in &suites {
            compile(lab, suite)?;
        }
        for cost in &mut *costs {
            let (subject, plain) = (cost.subject, subject::PLAIN);
            let [own, plain] = lab.instructions(&subject, &plain, &suites, Counted::Process)?;
            cost.start_instructions = Some(own - plain);
        }
    }
    let pairs = rounds(
        lab,
        |_| first_rounds,
        |lab, subject| {
            lab.forget_compiled(subject::PLAIN.venv)?;
            lab.forget_compiled(subject.venv)?;
            lab.pair(subject, &suites)
        },
    )?;
    for (cost, pairs) in costs.iter_mut().zip(&pairs) {
        cost.first_start = added(pairs, before);
    }
    Ok(())
}

fn sizes(lab: &mut Lab, size: Size, is_largest: bool, costs: &mut [Costs]) -> Result<()> {
    println!("{} tests", size.tests);
    let suites = twins(lab, size.tests)?;
    let count = |subject: &Subject| match (subject.starts_alone, is_largest) {
        (true, _) => 0,
        (false, true) => size.rounds * usize::from(subject.runs_largest),
        (false, false) => size.rounds * subject.runs,
    };
    let pairs = rounds(lab, count, |lab, subject| lab.pair(subject, &suites))?;
    let per_test = 1e6 / size.tests as f64;
    for (cost, pairs) in costs.iter_mut().zip(&pairs) {
        cost.sizes.push(pairs.last().map(|last| {
            Cost {
                cpu: added(pairs, Trial::cpu) * per_test,
                courier_cpu: added(pairs, Trial::courier_cpu) * per_test,
                spread: spread(&differences(pairs, Trial::cpu)) * per_test,
                during: added(pairs, Trial::during) * per_test,
                after: added(pairs, Trial::after) * 1e3,
                wall_after: added(pairs, Trial::wall_after) * 1e3,
                peak: added(pairs, |trial| trial.usage.peak),
                courier_peak: pairs
                    .iter()
                    .filter_map(|pair| Some(pair.own.usage.courier?.peak))
                    .max_by(f64::total_cmp),
                traffic: last.own.traffic,
                failure: last.own.failure.clone(),
            }
        }));
    }
    Ok(())
}

fn ends(lab: &mut Lab, plan: &Plan, costs: &mut [Costs]) -> Result<()> {
    println!("ends, with a slow server");
    let suite = warm(lab, "own", plan.end.tests)?;
    let count = |subject: &Subject| match subject.uploads {
        true => plan.end.rounds,
        false => 0,
    };
    // One after the other: here it counts how long it takes.
    let pairs = rounds(lab, count, |lab, subject| {
        Ok(Pair {
            plain: lab.trial(&subject::PLAIN, &suite, LATENCY)?,
            own: lab.trial(subject, &suite, LATENCY)?,
        })
    })?;
    for (cost, pairs) in costs.iter_mut().zip(&pairs) {
        cost.end = pairs.last().map(|last| End {
            wall: added(pairs, Trial::wall_after),
            cpu: added(pairs, Trial::after),
            courier_cpu: added(pairs, Trial::courier_cpu),
            traffic: last.own.traffic,
        });
    }
    Ok(())
}

fn spans(lab: &mut Lab, plan: &Plan, costs: &mut [Costs]) -> Result<()> {
    println!("spans");
    let (count, rounds) = plan.spans;
    let suite = Suite::spans(lab.folder())?;
    for cost in costs {
        let subject = &cost.subject;
        if !subject.uploads {
            continue;
        }
        let mut cpu = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (count, cpu) in [count, 0].iter().zip(&mut cpu) {
                let spans = (suite::SPANS, count.to_string());
                let usage = lab.usage(subject, &suite, (spans.0, &spans.1))?;
                ensure!(usage.code == Some(0), "{} fails with spans", subject.name);
                cpu.push(usage.total_cpu());
            }
        }
        cost.span = Some(paired(&cpu[0], &cpu[1]) * 1e6 / count as f64);
    }
    Ok(())
}

/// A suite, and the same in another place for plain pytest.
fn twins(lab: &mut Lab, tests: usize) -> Result<[Suite; 2]> {
    Ok([warm(lab, "own", tests)?, warm(lab, "plain", tests)?])
}

/// A suite that pytest has compiled.
pub fn warm(lab: &mut Lab, place: &str, tests: usize) -> Result<Suite> {
    let suite = Suite::trivial(&lab.folder().join("suites").join(place), tests)?;
    compile(lab, &suite)?;
    Ok(suite)
}

/// Has pytest compile a suite, which it does once for all subjects.
fn compile(lab: &mut Lab, suite: &Suite) -> Result<()> {
    let variable = ("PYTEST_ADDOPTS", "--collect-only");
    lab.usage(&subject::PLAIN, suite, variable)?;
    Ok(())
}

/// Lets all subjects take turns, round by round, each as often as is said, and returns their runs.
fn rounds(
    lab: &mut Lab,
    count: impl Fn(&Subject) -> usize,
    pair: impl Fn(&mut Lab, &Subject) -> Result<Pair>,
) -> Result<Vec<Vec<Pair>>> {
    let subjects = lab.subjects();
    let mut pairs: Vec<Vec<Pair>> = subjects.iter().map(|_| Vec::new()).collect();
    let rounds = subjects.iter().map(&count).max().unwrap_or(0);
    for round in 0..rounds {
        for (subject, pairs) in subjects.iter().zip(&mut pairs) {
            if round < count(subject) {
                pairs.push(pair(lab, subject)?);
            }
        }
    }
    Ok(pairs)
}

/// The median of what runs have more than those of plain pytest.
fn added(pairs: &[Pair], value: impl Fn(&Trial) -> f64) -> f64 {
    median(differences(pairs, value))
}

fn differences(pairs: &[Pair], value: impl Fn(&Trial) -> f64) -> Vec<f64> {
    let difference = |pair: &Pair| value(&pair.own) - value(&pair.plain);
    pairs.iter().map(difference).collect()
}
