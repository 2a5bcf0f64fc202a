//! The event that begins a run: who runs it, and where.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The format of the events that this host writes.
const FORMAT: u32 = 1;

/// The `run-started` event of a run that begins now, with those of the wanted variables that are
/// set and are text.
#[must_use]
pub fn run_started(wanted: &[String]) -> Value {
    let environment: Map<String, Value> = wanted
        .iter()
        .filter_map(|name| Some((name.clone(), env::var(name).ok()?.into())))
        .collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    json!({
        "event": "run-started",
        "format": FORMAT,
        "id": Uuid::new_v4().to_string(),
        "unix_time_ms": now.map_or(0, |time| time.as_millis() as u64),
        "environment": environment,
        "collector": {"name": "rust-buildkite-test-collector", "version": env!("CARGO_PKG_VERSION")},
        "runner": {"name": "libtest"},
        "language": {"name": "rust"},
    })
}
