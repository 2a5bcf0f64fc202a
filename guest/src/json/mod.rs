//! JSON: as a tree, as it is read, and as it is written.
//!
//! By hand, because what a run's events ask for is not what `serde_json` does: half of a surrogate
//! pair is no reason to lose a line, a number keeps its digits, and what comes out of the component
//! goes in again as it was. It is no larger and no slower than `serde_json` was; which is what the
//! tests compare it with.

mod reader;
pub mod scan;
mod value;
mod writer;

pub use reader::{ReadError, parse};
pub use value::{Json, Object};
pub use writer::Writer;
