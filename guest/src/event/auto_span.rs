//! Calls that a host has recorded by itself.

/// A call that a host has recorded by itself, or the sum of many.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AutoSpan {
    /// The execution's number.
    pub execution: u64,
    /// `http`, `sql` or `sleep`.
    pub section: String,
    /// When it, or the first of them, began, in nanoseconds since the run started.
    pub start: Option<i64>,
    /// When it, or the last of them, ended.
    pub end: Option<i64>,
    /// How many calls it stands for. With a duration even a single one counts as a sum, to be summed
    /// with others.
    pub count: Option<u64>,
    /// How long they took together, in nanoseconds; where absent, from start to end.
    pub duration: Option<i64>,
    /// What was called.
    pub detail: Call,
}

/// What was called, raw: no text of it is fit to be shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// The method of an HTTP request.
    pub method: Option<String>,
    /// Its URL.
    pub url: Option<String>,
    /// A statement.
    pub query: Option<String>,
    /// The dialect of SQL that it is in.
    pub dialect: Option<String>,
    /// The library that was called.
    pub lib: Option<String>,
    /// Whether the host has cut a text.
    pub is_cut: bool,
}
