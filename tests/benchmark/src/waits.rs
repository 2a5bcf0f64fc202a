//! What a person waits for: how much longer whole runs are, one after the other, by turns.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::lab::Lab;
use crate::measurement::warm;
use crate::plan::{Cores, Plan, WAIT_LATENCY, Wait};
use crate::statistics::{median, middle_half};
use crate::subject::{self, Subject};
use crate::suite::Suite;
use crate::table::whole;
use crate::trial::Whole;
use crate::wrapper;

/// All rounds of one run.
#[derive(Debug)]
pub struct Waits {
    /// Which run it is.
    pub wait: Wait,
    /// Its runs with plain pytest, a round each.
    pub plain: Vec<Whole>,
    /// Its runs with everything else, in as many rounds.
    pub others: Vec<(Subject, Vec<Whole>)>,
}

/// What a subject's runs have more than those of plain pytest in the same rounds.
#[derive(Debug, Clone, Copy)]
pub struct Added {
    /// Milliseconds.
    pub wall: f64,
    /// How far these were apart, to either side of the median, in the middle half of the rounds.
    pub spread: f64,
    /// Milliseconds of CPU, of the test process and of the courier.
    pub cpu: f64,
    /// Those of the courier.
    pub courier_cpu: f64,
    /// Megabytes at the peak of the test process.
    pub peak: f64,
}

impl Waits {
    /// Seconds that plain pytest takes.
    pub fn plain_wall(&self) -> f64 {
        median(self.plain.iter().map(|run| run.usage.wall).collect())
    }

    /// What a subject adds.
    pub fn added(&self, subject: &Subject) -> Added {
        let runs = self.runs(subject);
        let differences = |value: fn(&Whole) -> f64| differences(runs, &self.plain, value);
        let walls = differences(wall);
        Added {
            spread: middle_half(&walls),
            wall: median(walls),
            cpu: median(differences(|run| run.usage.total_cpu() * 1e3)),
            courier_cpu: median(differences(|run| {
                run.usage.courier.map_or(0.0, |courier| courier.cpu * 1e3)
            })),
            peak: median(differences(|run| run.usage.peak)),
        }
    }

    /// How far the rounds' differences of two subjects were apart, as a part of what the second one
    /// adds: about two standard errors where there were fifteen rounds.
    pub fn noise(&self, subject: &Subject, other: &Subject) -> f64 {
        let differences = differences(self.runs(subject), self.runs(other), wall);
        middle_half(&differences) / self.added(other).wall
    }

    /// A subject's runs; none where it was not measured.
    pub fn runs(&self, subject: &Subject) -> &[Whole] {
        let mut others = self.others.iter();
        let found = others.find(|(other, _)| other.name == subject.name);
        found.map_or(&[], |(_, runs)| runs)
    }
}

/// Measures all runs of a plan.
pub fn all(lab: &mut Lab, plan: &Plan) -> Result<Vec<Waits>> {
    println!("whole runs");
    let subjects: Vec<Subject> = lab.subjects().into_iter().filter(is_waited_for).collect();
    // A plugin's first run compiles it.
    let first = warm(lab, "wait", 1)?;
    for subject in &subjects {
        lab.whole(subject, &first, Cores::All, WAIT_LATENCY)?;
    }
    let can_run = |wait: &&Wait| wait.cores == Cores::All || wrapper::can_pin();
    let waits = plan.waits.iter().filter(can_run);
    waits
        .map(|&wait| rounds(lab, wait, plan.wait_rounds, &subjects))
        .collect()
}

fn rounds(lab: &mut Lab, wait: Wait, least: usize, subjects: &[Subject]) -> Result<Waits> {
    println!("{}", name(wait));
    let suite = match wait.sleep {
        0 => warm(lab, "wait", wait.tests)?,
        sleep => Suite::sleeping(&lab.folder().join("suites/wait"), wait.tests, sleep)?,
    };
    let run =
        |lab: &mut Lab, subject: &Subject| lab.whole(subject, &suite, wait.cores, WAIT_LATENCY);
    // What a first run finds cold would be the first subject's.
    run(lab, &subject::PLAIN)?;
    let mut waits = Waits {
        wait,
        plain: Vec::new(),
        others: subjects.iter().map(|&each| (each, Vec::new())).collect(),
    };
    let until = Instant::now() + Duration::from_secs(wait.seconds);
    while waits.plain.len() < least || Instant::now() < until {
        // Each has each other one before it in turn.
        let round = waits.plain.len();
        let mut order: Vec<usize> = (0..=subjects.len()).collect();
        order.rotate_left(round % (subjects.len() + 1));
        if round % 2 == 1 {
            order.reverse();
        }
        for place in order {
            match waits.others.get_mut(place) {
                Some((subject, runs)) => runs.push(run(lab, subject)?),
                None => waits.plain.push(run(lab, &subject::PLAIN)?),
            }
        }
    }
    Ok(waits)
}

/// What a run is called.
pub fn name(wait: Wait) -> String {
    let tests = match wait.tests {
        1 => "1 test".to_owned(),
        tests => format!("{} tests", whole(tests)),
    };
    let sleep = match wait.sleep {
        0 => String::new(),
        sleep => format!(" of {sleep} ms"),
    };
    let cores = match wait.cores {
        Cores::All => "",
        Cores::One => ", one core",
    };
    tests + &sleep + cores
}

/// Whether its runs are those that somebody waits for.
fn is_waited_for(subject: &Subject) -> bool {
    subject.uploads
}

/// Milliseconds that a run takes.
fn wall(run: &Whole) -> f64 {
    run.usage.wall * 1e3
}

fn differences(runs: &[Whole], others: &[Whole], value: fn(&Whole) -> f64) -> Vec<f64> {
    let pairs = runs.iter().zip(others);
    pairs
        .map(|(run, other)| value(run) - value(other))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::{Usage, Used};
    use crate::server::Traffic;

    fn run(wall: f64, cpu: f64, courier: Option<f64>) -> Whole {
        Whole {
            usage: Usage {
                cpu,
                peak: 30.0,
                wall,
                ended: 0.0,
                code: Some(0),
                courier: courier.map(|cpu| Used { cpu, peak: 20.0 }),
            },
            traffic: Traffic::NONE,
            failure: None,
        }
    }

    fn waits() -> Waits {
        Waits {
            wait: Wait {
                tests: 2_000,
                sleep: 0,
                cores: Cores::One,
                seconds: 0,
            },
            plain: [1.0, 2.0, 3.0].map(|wall| run(wall, 1.0, None)).into(),
            others: vec![
                (
                    subject::OURS,
                    [1.125, 2.25, 3.125]
                        .map(|wall| run(wall, 1.25, Some(0.5)))
                        .into(),
                ),
                (
                    subject::PURE,
                    [1.5, 2.5, 3.5].map(|wall| run(wall, 2.0, None)).into(),
                ),
            ],
        }
    }

    #[test]
    fn each_run_is_compared_with_that_of_its_round() {
        let added = waits().added(&subject::OURS);
        assert_eq!((added.wall, added.spread), (125.0, 62.5));
        // Of both processes.
        assert_eq!((added.cpu, added.courier_cpu), (750.0, 500.0));
        assert_eq!(waits().noise(&subject::OURS, &subject::PURE), 0.125);
        assert!(waits().added(&subject::IN_PROCESS).wall.is_nan());
        assert_eq!(waits().plain_wall(), 2.0);
    }

    #[test]
    fn a_run_says_what_is_in_it() {
        assert_eq!(name(waits().wait), "2,000 tests, one core");
        let wait = Wait {
            tests: 1,
            sleep: 20,
            cores: Cores::All,
            seconds: 0,
        };
        assert_eq!(name(wait), "1 test of 20 ms");
    }
}
