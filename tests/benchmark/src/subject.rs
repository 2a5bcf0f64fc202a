//! What is compared: pytest alone, with our plugin, and with others.

/// A way to run pytest.
#[derive(Debug)]
pub struct Subject {
    /// What the tables call it.
    pub name: &'static str,
    /// The virtual environment that it runs in.
    pub venv: &'static str,
    /// What it adds to the command line.
    pub arguments: &'static [&'static str],
    /// The option that takes the file that it writes, if it writes one.
    pub output: Option<&'static str>,
    /// Whether it has a token, and a server.
    pub uploads: bool,
    /// How often it runs a suite where others do once: the more, the less its median is noise.
    pub runs: usize,
    /// How often it runs the largest suite at most, which takes minutes.
    pub largest: usize,
    /// Whether nothing but its start is measured.
    pub starts_alone: bool,
}

impl Subject {
    /// Its place in [`ALL`].
    pub fn place(&self) -> usize {
        let found = ALL.iter().position(|each| each.name == self.name);
        found.expect("every subject is in the table")
    }
}

const NOTHING: Subject = Subject {
    name: "plain pytest",
    venv: "plain",
    arguments: &[],
    output: None,
    uploads: false,
    runs: 1,
    largest: 1,
    starts_alone: false,
};

/// pytest alone, which the others are compared with.
pub const PLAIN: Subject = NOTHING;

/// Our plugin in a run that is uploaded.
pub const OURS: Subject = Subject {
    name: "this plugin, token and server",
    venv: "ours",
    uploads: true,
    runs: 3,
    largest: usize::MAX,
    ..NOTHING
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
    runs: 3,
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

/// Everything, in the order in which it runs and is shown.
pub const ALL: [Subject; 11] = [
    PLAIN,
    FLOOR,
    KEEPER,
    IDLE,
    SILENT,
    OURS,
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
