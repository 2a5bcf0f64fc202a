//! What pytest runs cost more than plain ones.

use crate::server::Traffic;
use crate::subject::Subject;

/// What was measured of a subject.
#[derive(Debug)]
pub struct Costs {
    /// Whose they are.
    pub subject: Subject,
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
    /// By size of the suite, in the plan's order; none where the subject did not run it.
    pub sizes: Vec<Option<Cost>>,
    /// At the end of a run, with a slow server; none where nothing is uploaded.
    pub end: Option<End>,
    /// Microseconds of CPU that a span costs; none where there are none.
    pub span: Option<f64>,
}

impl Costs {
    /// Those of a subject of which nothing was measured yet.
    pub fn new(subject: Subject) -> Self {
        Self {
            subject,
            calls: f64::NAN,
            instructions: None,
            start: f64::NAN,
            start_instructions: None,
            first_start: f64::NAN,
            sizes: Vec::new(),
            end: None,
            span: None,
        }
    }
}

/// What a suite of one size costs more than with plain pytest.
#[derive(Debug)]
pub struct Cost {
    /// Microseconds of CPU to each test, of the whole run and of its courier.
    pub cpu: f64,
    /// Those of them that are the courier's.
    pub courier_cpu: f64,
    /// How far the runs were apart in that, to either side.
    pub spread: f64,
    /// Microseconds of CPU to each test, from the first test to the last.
    pub during: f64,
    /// Milliseconds of CPU of the test process from the last test on.
    pub after: f64,
    /// How many milliseconds these take.
    pub wall_after: f64,
    /// Megabytes at the peak of the test process.
    pub peak: f64,
    /// Megabytes at the peak of the courier, the most of all runs, its interpreter included; none
    /// where there was no courier.
    pub courier_peak: Option<f64>,
    /// What the server saw.
    pub traffic: Traffic,
    /// What happened where the run did not pass.
    pub failure: Option<String>,
}

impl Cost {
    /// Of a suite that was not run.
    pub const NONE: Self = Self {
        cpu: f64::NAN,
        courier_cpu: f64::NAN,
        spread: f64::NAN,
        during: f64::NAN,
        after: f64::NAN,
        wall_after: f64::NAN,
        peak: f64::NAN,
        courier_peak: None,
        traffic: Traffic::NONE,
        failure: None,
    };
}

/// The end of a run whose server is slow.
#[derive(Debug)]
pub struct End {
    /// Seconds from the last test on that are added.
    pub wall: f64,
    /// Seconds of CPU of the test process in them.
    pub cpu: f64,
    /// Seconds of CPU of the courier in the whole run.
    pub courier_cpu: f64,
    /// What the server saw.
    pub traffic: Traffic,
}
