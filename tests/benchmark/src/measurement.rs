//! All numbers of pytest runs, each a difference to a run of plain pytest at the same time.

use anyhow::{Result, ensure};

use crate::lab::{self, Lab, Pair, Trial};
use crate::plan::{LATENCY, Plan, Size};
use crate::server::Traffic;
use crate::statistics::{median, paired, slope, spread};
use crate::subject::{self, Subject};
use crate::suite::{self, Suite};

/// What was measured of a subject.
#[derive(Debug, Default)]
pub struct Costs {
    /// Calls of Python functions added to each test.
    pub calls: f64,
    /// Instructions added to each test, in the run of a suite of the plan's size; none where they are
    /// not counted.
    pub instructions: Option<f64>,
    /// CPU before the first test that is added, in milliseconds.
    pub start: f64,
    /// Instructions of those before the first test; none where they are not counted.
    pub start_instructions: Option<f64>,
    /// The same as `start` in the first run after an installation.
    pub first_start: f64,
    /// By size of the suite; none where the subject did not run it.
    pub sizes: Vec<Option<Cost>>,
    /// At the end of a run, with a slow server; none where nothing is uploaded.
    pub end: Option<End>,
    /// Microseconds of CPU that a span costs; none where there are none.
    pub span: Option<f64>,
}

/// What a suite of one size costs more than with plain pytest.
#[derive(Debug)]
pub struct Cost {
    /// Microseconds of CPU to each test, of the whole run.
    pub cpu: f64,
    /// How far the runs were apart in that, to either side.
    pub spread: f64,
    /// Microseconds of CPU to each test, from the first test to the last.
    pub during: f64,
    /// Milliseconds of CPU from the last test on.
    pub after: f64,
    /// How many milliseconds these take.
    pub wall_after: f64,
    /// Megabytes at the peak.
    pub peak: f64,
    /// What the server saw.
    pub traffic: Traffic,
    /// What happened where the run did not pass.
    pub failure: Option<String>,
}

impl Cost {
    /// Of a suite that was not run.
    pub const NONE: Self = Self {
        cpu: f64::NAN,
        spread: f64::NAN,
        during: f64::NAN,
        after: f64::NAN,
        wall_after: f64::NAN,
        peak: f64::NAN,
        traffic: Traffic::NONE,
        failure: None,
    };
}

/// The end of a run whose server is slow.
#[derive(Debug)]
pub struct End {
    /// Seconds from the last test on that are added.
    pub wall: f64,
    /// Seconds of CPU in them.
    pub cpu: f64,
    /// What the server saw.
    pub traffic: Traffic,
}

/// Measures everything of all subjects, in the order of `subject::ALL`.
pub fn all(lab: &mut Lab, plan: &Plan) -> Result<Vec<Costs>> {
    let mut costs: Vec<Costs> = subject::ALL.iter().map(|_| Costs::default()).collect();
    calls(lab, plan, &mut costs)?;
    if lab::can_count() {
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
    let mut slopes = Vec::new();
    for subject in &subject::ALL {
        if subject.starts_alone {
            slopes.push(f64::NAN);
            continue;
        }
        // The first run of a plugin has more to do than all others: pytest compiles it.
        lab.calls(subject, &suites[0])?;
        let [few, many] = [
            lab.calls(subject, &suites[0])?,
            lab.calls(subject, &suites[1])?,
        ];
        slopes.push(slope((small, few), (large, many)));
    }
    for (cost, slope) in costs.iter_mut().zip(&slopes) {
        cost.calls = slope - slopes[0];
    }
    Ok(())
}

/// Counts those of the subjects that the targets name: it takes long.
fn instructions(lab: &mut Lab, plan: &Plan, costs: &mut [Costs]) -> Result<()> {
    println!("instructions");
    let tests = plan.instructions;
    let suites = twins(lab, tests)?;
    let [ours, plain] = lab.instructions(&subject::OURS, &subject::PLAIN, &suites)?;
    let [pure, floor] = lab.instructions(&subject::PURE, &subject::FLOOR, &suites)?;
    let [keeper, _] = lab.instructions(&subject::KEEPER, &subject::PLAIN, &suites)?;
    for (subject, counted) in [
        (subject::OURS, ours),
        (subject::PURE, pure),
        (subject::FLOOR, floor),
        (subject::KEEPER, keeper),
    ] {
        costs[subject.place()].instructions = Some((counted - plain) / tests as f64);
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
    if lab::can_count() {
        let place = |name: &str| lab.folder().join("suites").join(name);
        let suites = [Suite::start(&place("own"))?, Suite::start(&place("plain"))?];
        for (subject, cost) in subject::ALL.iter().zip(&mut *costs).skip(1) {
            // The first time compiles.
            lab.instructions(subject, &subject::PLAIN, &suites)?;
            let [own, plain] = lab.instructions(subject, &subject::PLAIN, &suites)?;
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
        (false, true) => (size.rounds * subject.runs).min(subject.largest),
        (false, false) => size.rounds * subject.runs,
    };
    let pairs = rounds(lab, count, |lab, subject| lab.pair(subject, &suites))?;
    let per_test = 1e6 / size.tests as f64;
    for (cost, pairs) in costs.iter_mut().zip(&pairs) {
        cost.sizes.push(pairs.last().map(|last| Cost {
            cpu: added(pairs, |trial| trial.usage.cpu) * per_test,
            spread: spread(&differences(pairs, |trial| trial.usage.cpu)) * per_test,
            during: added(pairs, Trial::during) * per_test,
            after: added(pairs, Trial::after) * 1e3,
            wall_after: added(pairs, Trial::wall_after) * 1e3,
            peak: added(pairs, |trial| trial.usage.peak),
            traffic: last.own.traffic,
            failure: last.own.failure.clone(),
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
            traffic: last.own.traffic,
        });
    }
    Ok(())
}

fn spans(lab: &mut Lab, plan: &Plan, costs: &mut [Costs]) -> Result<()> {
    println!("spans");
    let (count, rounds) = plan.spans;
    let suite = Suite::spans(lab.folder())?;
    for (subject, cost) in subject::ALL.iter().zip(costs) {
        if !subject.uploads {
            continue;
        }
        let mut cpu = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (count, cpu) in [count, 0].iter().zip(&mut cpu) {
                let spans = (suite::SPANS, count.to_string());
                let usage = lab.usage(subject, &suite, (spans.0, &spans.1))?;
                ensure!(usage.code == Some(0), "{} fails with spans", subject.name);
                cpu.push(usage.cpu);
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
fn warm(lab: &mut Lab, place: &str, tests: usize) -> Result<Suite> {
    let suite = Suite::trivial(&lab.folder().join("suites").join(place), tests)?;
    lab.usage(
        &subject::PLAIN,
        &suite,
        ("PYTEST_ADDOPTS", "--collect-only"),
    )?;
    Ok(suite)
}

/// Lets all subjects take turns, round by round, each as often as is said, and returns their runs.
fn rounds(
    lab: &mut Lab,
    count: impl Fn(&Subject) -> usize,
    pair: impl Fn(&mut Lab, &Subject) -> Result<Pair>,
) -> Result<Vec<Vec<Pair>>> {
    let mut pairs: Vec<Vec<Pair>> = subject::ALL.iter().map(|_| Vec::new()).collect();
    let rounds = subject::ALL[1..].iter().map(&count).max().unwrap_or(0);
    for round in 0..rounds {
        for (subject, pairs) in subject::ALL.iter().zip(&mut pairs).skip(1) {
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
