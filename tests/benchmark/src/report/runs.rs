//! The sections on runs of pytest: calls, CPU, memory, and what was sent.

use crate::costs::{Cost, Costs};
use crate::plan::Plan;
use crate::subject::Subject;
use crate::table::{Table, maybe, number, whole};

/// What a run costs once, and what each test and each span does.
pub fn once(plan: &Plan, costs: &[Costs]) -> String {
    let (few, many) = plan.calls;
    let calls = format!("calls per test ({few} to {many})");
    let instructions = format!("instructions per test ({})", whole(plan.instructions));
    let mut table = Table::new(&[
        "",
        &calls,
        &instructions,
        "start, ms CPU",
        "start, million instructions",
        "first start, ms CPU",
        "a span, µs CPU",
    ]);
    for costs in costs {
        let subject = &costs.subject;
        table.row(&[
            subject.name.to_owned(),
            number(costs.calls),
            maybe(costs.instructions),
            number(costs.start),
            maybe(costs.start_instructions.map(|count| count / 1e6)),
            number(costs.first_start),
            maybe(costs.span),
        ]);
    }
    table.into_text()
}

/// What suites cost, size by size.
pub fn sizes(plan: &Plan, costs: &[Costs]) -> String {
    let mut table = Table::new(&[
        "",
        "tests",
        "µs CPU per test",
        "of them the courier's",
        "of them while tests run",
        "ms CPU at exit",
        "ms at exit",
        "peak MB",
        "the courier's peak MB",
        "requests",
        "connections",
        "MB sent",
        "results arrived",
    ]);
    for costs in costs {
        let subject = &costs.subject;
        let sizes = plan.sizes.iter().zip(&costs.sizes);
        for (size, cost) in sizes.filter_map(|(size, cost)| Some((size, cost.as_ref()?))) {
            table.row(&size_row(subject, size.tests, cost));
        }
    }
    let mut text = table.into_text();
    for costs in costs {
        let subject = &costs.subject;
        for (size, cost) in plan.sizes.iter().zip(&costs.sizes) {
            if let Some(failure) = cost.as_ref().and_then(|cost| cost.failure.as_ref()) {
                let tests = whole(size.tests);
                let name = subject.name;
                text += &format!("\nWith {tests} tests, a run of: {name}, ended with {failure}.\n");
            }
        }
    }
    text
}

/// What the end of a run costs.
pub fn ends(costs: &[Costs]) -> String {
    let mut table = Table::new(&[
        "",
        "s",
        "s CPU",
        "s CPU of the courier",
        "requests",
        "connections",
        "MB sent",
    ]);
    for costs in costs {
        let subject = &costs.subject;
        if let Some(end) = &costs.end {
            table.row(&[
                subject.name.to_owned(),
                number(end.wall),
                number(end.cpu),
                some(end.courier_cpu),
                number(end.traffic.requests),
                number(end.traffic.connections),
                number(end.traffic.bytes / 1e6),
            ]);
        }
    }
    table.into_text()
}

fn size_row(subject: &Subject, tests: usize, cost: &Cost) -> Vec<String> {
    let traffic = cost.traffic;
    let sent = |value: f64| {
        number(if traffic.connections > 0.0 {
            value
        } else {
            f64::NAN
        })
    };
    vec![
        subject.name.to_owned(),
        whole(tests),
        match cost.spread.is_nan() {
            true => number(cost.cpu),
            false => format!("{} ± {}", number(cost.cpu), number(cost.spread)),
        },
        some(cost.courier_cpu),
        number(cost.during),
        number(cost.after),
        number(cost.wall_after),
        number(cost.peak),
        maybe(cost.courier_peak),
        sent(traffic.requests),
        sent(traffic.connections),
        sent(traffic.bytes / 1e6),
        sent(traffic.results),
    ]
}

/// A number that is nothing where there was no courier.
fn some(value: f64) -> String {
    number(if value == 0.0 { f64::NAN } else { value })
}
