//! The section on what a person waits for.

use crate::subject::{self, Subject};
use crate::table::{Table, number};
use crate::waits::{self, Waits};

/// All runs, and below them what did not go well.
pub fn text(all: &[Waits]) -> String {
    let mut table = Table::new(&[
        "",
        "run",
        "rounds",
        "ms added",
        "over the pure-Python plugin's",
        "ms CPU added",
        "of them the courier's",
        "over its own without a courier",
        "peak MB added",
        "the courier's peak MB",
    ]);
    let mut complaints = String::new();
    for waits in all {
        table.row(&plain_row(waits));
        for (subject, _) in &waits.others {
            table.row(&row(waits, subject));
            complaints += &complaint(waits, subject);
        }
    }
    table.into_text() + &complaints
}

fn plain_row(waits: &Waits) -> Vec<String> {
    let mut cells = vec![
        format!("{}, {} s", subject::PLAIN.name, number(waits.plain_wall())),
        waits::name(waits.wait),
        waits.plain.len().to_string(),
    ];
    cells.resize(10, number(f64::NAN));
    cells
}

fn row(waits: &Waits, subject: &Subject) -> Vec<String> {
    let added = waits.added(subject);
    let pure = waits.added(&subject::PURE);
    let in_process = waits.added(&subject::IN_PROCESS);
    let runs = waits.runs(subject);
    let couriers = runs.iter().filter_map(|run| run.usage.courier);
    let courier = couriers.map(|used| used.peak).fold(f64::NAN, f64::max);
    vec![
        subject.name.to_owned(),
        waits::name(waits.wait),
        runs.len().to_string(),
        format!("{} ± {}", number(added.wall), number(added.spread)),
        number(added.wall / pure.wall),
        number(added.cpu),
        number(match courier.is_nan() {
            true => f64::NAN,
            false => added.courier_cpu,
        }),
        number(added.cpu / in_process.cpu),
        number(added.peak),
        number(courier),
    ]
}

/// What a reader must know who compares the numbers: runs that failed, or sent less than all.
fn complaint(waits: &Waits, subject: &Subject) -> String {
    let runs = waits.runs(subject);
    let what = format!("{}, {}", waits::name(waits.wait), subject.name);
    let mut text = String::new();
    if let Some(failure) = runs.iter().find_map(|run| run.failure.as_ref()) {
        text += &format!("\n{what}: a run ended with {failure}.\n");
    }
    let arrived = runs.iter().map(|run| run.traffic.results);
    let least = arrived.fold(f64::INFINITY, f64::min);
    if least < waits.wait.tests as f64 {
        text += &format!("\n{what}: of a run {} results arrived.\n", number(least));
    }
    text
}
