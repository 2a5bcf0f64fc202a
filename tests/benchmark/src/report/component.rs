//! The section on the component alone.

use crate::component::{Costs, PythonCosts};
use crate::table::{Table, number};

/// The section's table, and what is said below it.
pub fn text(component: &Costs) -> String {
    let mut table = Table::new(&["", "compiled for the processor", "pulley64 bytecode"]);
    let python = |value: fn(&PythonCosts) -> f64| component.python.each_ref().map(value);
    let mut add = |what: &str, [native, portable]: [f64; 2]| {
        table.row(&[what.to_owned(), number(native), number(portable)]);
    };
    add(
        "compiled size, kB",
        python(|costs| costs.artefact_bytes / 1e3),
    );
    add("wasmtime-py: import, ms CPU", python(|costs| costs.import));
    add(
        "wasmtime-py: compile, ms CPU",
        python(|costs| costs.compile),
    );
    add(
        "wasmtime-py: compile without optimizing, ms CPU",
        python(|costs| costs.compile_unoptimized),
    );
    add(
        "wasmtime-py: load compiled, ms CPU",
        python(|costs| costs.load),
    );
    add(
        "wasmtime-py: instantiate, ms CPU",
        python(|costs| costs.instantiate),
    );
    add(
        "wasmtime-py: events per s",
        python(|costs| costs.events / costs.feed * 1e3),
    );
    add(
        "wasmtime-py: µs per event",
        python(|costs| costs.feed / costs.events * 1e3),
    );
    add(
        "wasmtime-py: MB of events per s",
        python(|costs| costs.fed_bytes / costs.feed / 1e3),
    );
    add(
        "wasmtime-py: MB of payload per s",
        python(|costs| costs.taken_bytes / costs.take / 1e3),
    );
    if let Some(rust) = &component.rust {
        let [_, native, portable] = rust.event;
        add(
            "crate: compile, ms",
            [rust.start[0] * 1e3, rust.portable_start[0] * 1e3],
        );
        add(
            "crate: load compiled, ms",
            [rust.start[1] * 1e3, rust.portable_start[1] * 1e3],
        );
        add(
            "crate: instantiate, ms",
            [rust.start[2] * 1e3, rust.portable_start[2] * 1e3],
        );
        add(
            "crate: events folded and serialized per s",
            [1.0 / native, 1.0 / portable],
        );
        // Of the same events.
        let [payload, _] = python(|costs| costs.taken_bytes / costs.events / 1e6);
        add(
            "crate: MB of payload folded and serialized per s",
            [payload / native, payload / portable],
        );
    }
    let mut text = table.into_text();
    text += &format!(
        "\nThe component itself has {} kB. ",
        number(component.size / 1e3)
    );
    if let Some(rust) = &component.rust {
        let rate = number(1.0 / rust.event[0]);
        text += &format!("Without WebAssembly its logic folds {rate} events a second. ");
    }
    text += &format!(
        "The plugin has it ready after {} ms of CPU, with nothing cached.\n",
        number(component.plugin_start)
    );
    text
}
