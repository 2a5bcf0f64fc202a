//! What must not leave a run in a text: terminal codes.

mod escapes;

pub use escapes::{scrub_json, without_escapes};
