//! How much is measured: sizes, and how often.

/// A suite's size, and how many rounds are made of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many tests it has.
    pub tests: usize,
    /// How many rounds are made, of one run of each subject.
    pub rounds: usize,
}

/// The cores that a run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cores {
    /// All that there are.
    All,
    /// A single one.
    One,
}

/// A run that somebody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// How many tests it has.
    pub tests: usize,
    /// How long each of them sleeps, in milliseconds.
    pub sleep: usize,
    /// Where it runs.
    pub cores: Cores,
    /// For how many seconds rounds of it are begun, of one run of each subject.
    pub seconds: u64,
}

/// What to measure.
#[derive(Debug)]
pub struct Plan {
    /// The runs whose length is measured.
    pub waits: &'static [Wait],
    /// How many rounds are made of each at least.
    pub wait_rounds: usize,
    /// The suites between which calls are counted, in tests.
    pub calls: (usize, usize),
    /// The suites on which CPU and memory are measured; the last is for the subjects alone that
    /// run it.
    pub sizes: &'static [Size],
    /// The suite whose instructions are counted, in tests: large enough that the component is
    /// compiled for it, and no larger, since it takes twenty times as long.
    pub instructions: usize,
    /// How often a start is measured, and the first start after an installation.
    pub starts: (usize, usize),
    /// The suite whose end is measured with a slow server.
    pub end: Size,
    /// How many spans one test records, and how often.
    pub spans: (usize, usize),
    /// How often wasmtime-py is measured.
    pub component: usize,
}

/// How long the slow server takes for an answer, in seconds.
pub const LATENCY: f64 = 0.1;

/// How long the server takes for an answer where it is measured how long a run is, in seconds.
pub const WAIT_LATENCY: f64 = 0.02;

const fn wait(tests: usize, sleep: usize, cores: Cores, seconds: u64) -> Wait {
    Wait {
        tests,
        sleep,
        cores,
        seconds,
    }
}

/// What the results in the repository are made by, in some 25 minutes on two cores.
pub const FULL: Plan = Plan {
    waits: &[
        wait(1, 0, Cores::All, 15),
        wait(50, 0, Cores::All, 35),
        wait(500, 0, Cores::All, 35),
        wait(2_000, 0, Cores::All, 35),
        wait(5_000, 0, Cores::All, 40),
        wait(20_000, 0, Cores::All, 80),
        wait(50, 20, Cores::All, 30),
        wait(100, 20, Cores::All, 30),
        wait(50, 0, Cores::One, 25),
        wait(500, 0, Cores::One, 25),
    ],
    wait_rounds: 2,
    calls: (500, 2_500),
    sizes: &[
        Size {
            tests: 2_000,
            rounds: 2,
        },
        Size {
            tests: 20_000,
            rounds: 1,
        },
        Size {
            tests: 110_000,
            rounds: 1,
        },
    ],
    instructions: 10_000,
    starts: (21, 3),
    end: Size {
        tests: 10_000,
        rounds: 2,
    },
    spans: (20_000, 3),
    component: 5,
};

/// What shows within minutes that everything here works; its numbers mean little.
pub const QUICK: Plan = Plan {
    waits: &[
        wait(50, 0, Cores::All, 0),
        wait(500, 0, Cores::All, 0),
        wait(50, 20, Cores::All, 0),
        wait(50, 0, Cores::One, 0),
    ],
    wait_rounds: 2,
    calls: (100, 300),
    sizes: &[
        Size {
            tests: 500,
            rounds: 1,
        },
        Size {
            tests: 2_000,
            rounds: 1,
        },
    ],
    instructions: 300,
    starts: (3, 1),
    end: Size {
        tests: 1_000,
        rounds: 1,
    },
    spans: (500, 1),
    component: 1,
};
