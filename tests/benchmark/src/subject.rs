//! What is compared: pytest alone, with our plugin, and with others.

/// A way to run pytest.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// What the tables call it.
    pub name: &'static str,
    /// The virtual environment that it runs in.
    pub venv: &'static str,
    /// What it adds to the command line.
    pub arguments: &'static [&'static str],
    /// What it adds to the environment.
    pub variables: &'static [(&'static str, &'static str)],
    /// The option that takes the file that it writes, if it writes one.
    pub output: Option<&'static str>,
    /// Whether it has a token, and a server.
    pub uploads: bool,
    /// How often it runs a suite where others do once: the more, the less its median is noise.
    pub runs: usize,
    /// Whether it runs the largest suite as well, which takes minutes.
    pub runs_largest: bool,
    /// Whether nothing but its start is measured.
    pub starts_alone: bool,
}

const NOTHING: Subject = Subject {
    name: "plain pytest",
    venv: "plain",
    arguments: &[],
    variables: &[],
    output: None,
    uploads: false,
    runs: 1,
    runs_largest: false,
    starts_alone: false,
};

/// pytest alone, which the others are compared with.
pub const PLAIN: Subject = NOTHING;

/// Our plugin in a run that is uploaded, by the courier wherever that pays.
pub const OURS: Subject = Subject {
    name: "this plugin, token and server",
    venv: "ours",
    uploads: true,
    runs: 3,
    runs_largest: true,
    ..NOTHING
};

/// The same without a courier: pytest itself delivers, at its end.
pub const IN_PROCESS: Subject = Subject {
    name: "this plugin, token and server, no courier",
    variables: &[("BUILDKITE_ANALYTICS_COURIER", "false")],
    runs: 1,
    ..OURS
};

/// Our plugin in a run that nobody wants to know of.
pub const SILENT: Subject = Subject {
    name: "this plugin, no token",
    venv: "ours",
    ..NOTHING
};

/// The pure-Python plugin in a run that is uploaded.
pub const PURE: Subject = Subject {
    name: "pure-Python plugin, token and server",
    venv: "pure",
    uploads: true,
    runs_largest: true,
    ..NOTHING
};

/// The pure-Python plugin in a run that nobody wants to know of.
pub const PURE_SILENT: Subject = Subject {
    name: "pure-Python plugin, no token",
    venv: "pure",
    ..NOTHING
};

/// Hooks that do nothing.
pub const FLOOR: Subject = Subject {
    name: "an empty plugin with the same hooks",
    arguments: &["-p", "floor"],
    runs: 2,
    ..NOTHING
};

/// The same, and two lines a test that outlive the process.
pub const KEEPER: Subject = Subject {
    name: "an empty plugin that keeps a line of each test's start and end on disk",
    arguments: &["-p", "keeper"],
    ..FLOOR
};

/// Our plugin where it is not loaded, and an empty one with as many options: what pytest does for
/// any such plugin that is installed.
pub const IDLE: Subject = Subject {
    name: "an empty plugin with as many files and options",
    venv: "ours",
    arguments: &["-p", "no:buildkite-test-collector", "-p", "options"],
    starts_alone: true,
    ..NOTHING
};

/// Everything but plain pytest, in the order in which it runs and is shown.
const OTHERS: [Subject; 11] = [
    FLOOR,
    KEEPER,
    IDLE,
    SILENT,
    OURS,
    IN_PROCESS,
    Subject {
        name: "this plugin, `--json`",
        venv: "ours",
        output: Some("--json"),
        ..NOTHING
    },
    PURE_SILENT,
    PURE,
    Subject {
        name: "pytest's own `--junitxml`",
        output: Some("--junitxml"),
        ..NOTHING
    },
    Subject {
        name: "pytest-reportlog",
        venv: "reportlog",
        output: Some("--report-log"),
        ..NOTHING
    },
];

/// Everything but plain pytest: with an earlier version of our plugin, where one is given.
pub fn others(baseline: Option<&str>) -> Vec<Subject> {
    let mut all = OTHERS.to_vec();
    if let Some(version) = baseline {
        all.push(Subject {
            // Made once, and needed until the end.
            name: format!("{version}, token and server").leak(),
            venv: BASELINE_VENV,
            runs_largest: false,
            ..IN_PROCESS
        });
    }
    all
}

/// The environment of an earlier version.
pub const BASELINE_VENV: &str = "baseline";
