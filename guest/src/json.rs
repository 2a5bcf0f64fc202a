//! Values to JSON text, in one place: a second way to write costs the component kilobytes.

use serde::Serialize;

/// A value as JSON. Only maps whose keys are no texts fail, and there are none here.
pub fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
