//! What automatic spans cost.

use anyhow::Result;
use serde::Deserialize;

use crate::lab::Lab;
use crate::plan::Plan;
use crate::statistics::median;

/// What `python/recorded_calls.py` prints: CPU, in microseconds a call.
#[derive(Debug, Deserialize)]
pub struct Costs {
    /// To begin, in milliseconds.
    pub start: f64,
    /// A call that becomes a span.
    pub recorded: f64,
    /// A call that is summed with others.
    pub summed: f64,
    /// A call outside of tests.
    pub outside: f64,
}

/// Measures them.
pub fn all(lab: &Lab, plan: &Plan) -> Result<Costs> {
    println!("automatic spans");
    let runs = (0..plan.component)
        .map(|_| lab.script("ours", "recorded_calls.py", &[]))
        .collect::<Result<Vec<Costs>>>()?;
    let of = |value: fn(&Costs) -> f64| median(runs.iter().map(value).collect());
    Ok(Costs {
        start: of(|costs| costs.start),
        recorded: of(|costs| costs.recorded),
        summed: of(|costs| costs.summed),
        outside: of(|costs| costs.outside),
    })
}
