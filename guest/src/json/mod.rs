//! JSON: as it is read from a line, and as it is written.

mod value;
mod writer;

pub use value::Found;
pub use writer::{Pieces, json};
