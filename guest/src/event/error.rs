//! Why a line is not an event.

use std::fmt;

/// The format of the events that this version reads, as `run-started` states it.
pub const FORMAT: u32 = 1;

/// Why a line is not an event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventError {
    /// Not a JSON object, or a field is missing or of the wrong type.
    Malformed(String),
    /// A `run-started` of this other format.
    UnsupportedFormat(u32),
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "not an event: {why}"),
            Self::UnsupportedFormat(format) => {
                write!(f, "format {format} is not {FORMAT}")
            }
        }
    }
}

impl std::error::Error for EventError {}
