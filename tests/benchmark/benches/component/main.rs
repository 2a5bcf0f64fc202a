//! The component alone: what an event costs in Rust, in the built component, and in portable
//! bytecode, and what it costs to get there.

#[cfg(unix)]
mod cpu_time;

use std::hint::black_box;
use std::time::Duration;

use collector::run;
use contract::artefact;
use contract::host::{Collector, Host, MEMORY, Outputs, config};
use contract::lines;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wasmtime::Engine;
use wasmtime::component::Component;

#[cfg(unix)]
use cpu_time::CpuTime;
// Where nobody tells the CPU time of a process in nanoseconds.
#[cfg(not(unix))]
use criterion::measurement::WallTime as CpuTime;

/// How many tests a run has, of five events each.
const TESTS: u64 = 2_000;

/// How many results an upload has.
const BATCH: u32 = 500;

/// The bytecode that every wasmtime can run, on any 64-bit machine.
const PORTABLE: &str = "pulley64";

/// The lines of a run, in chunks as the Python host feeds them.
struct Lines(Vec<String>);

impl Lines {
    fn new() -> Self {
        let mut chunks = vec![lines::RUN_STARTED.to_owned()];
        for number in lines::FIRST..lines::FIRST + TESTS {
            let test = lines::passing_test(number);
            match chunks.last_mut() {
                Some(chunk) if chunk.len() < 256 * 1024 => chunk.push_str(&test),
                _ => chunks.push(test),
            }
        }
        Self(chunks)
    }
}

/// Folds a run in an instance, and returns how many bytes its uploads have.
fn fold(collector: &mut Collector, lines: &Lines) -> usize {
    let mut run = collector.run(Outputs::UPLOADS).unwrap();
    for chunk in &lines.0 {
        run.feed(chunk).unwrap();
    }
    run.finish().unwrap();
    let uploads = run.take_uploads(BATCH).unwrap();
    run.close().unwrap();
    uploads.iter().map(|upload| upload.body.len()).sum()
}

/// The same without WebAssembly.
fn fold_natively(lines: &Lines) -> usize {
    let mut run = run::Run::new(run::Outputs {
        uploads: true,
        results: false,
    });
    for chunk in &lines.0 {
        run.feed(chunk);
    }
    run.finish();
    std::iter::from_fn(|| run.take_upload(BATCH))
        .map(|upload| upload.body.len())
        .sum()
}

fn portable() -> Engine {
    Engine::new(config().target(PORTABLE).expect("wasmtime knows it")).expect("they fit together")
}

fn native() -> Engine {
    Engine::new(&config()).expect("they fit together")
}

fn events(criterion: &mut Criterion<CpuTime>) {
    let lines = Lines::new();
    let bytes = artefact::bytes();
    let mut group = criterion.benchmark_group("fold");
    group
        .throughput(Throughput::Elements(TESTS * 5))
        .sample_size(10)
        .measurement_time(Duration::from_secs(3));
    group.bench_function("rust", |bencher| {
        bencher.iter(|| black_box(fold_natively(&lines)));
    });
    for (name, engine) in [("native", native()), ("pulley", portable())] {
        let component = Component::new(&engine, &bytes).unwrap();
        let host = Host::of(&engine, &component);
        let mut collector = host.collector(MEMORY).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(fold(&mut collector, &lines)));
        });
    }
    group.finish();
}

fn start(criterion: &mut Criterion<CpuTime>) {
    let bytes = artefact::bytes();
    let mut group = criterion.benchmark_group("start");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(3));
    for (name, engine) in [("native", native()), ("pulley", portable())] {
        group.bench_function(format!("compile-{name}"), |bencher| {
            bencher.iter(|| Component::new(&engine, &bytes).unwrap());
        });
        let component = Component::new(&engine, &bytes).unwrap();
        let compiled = component.serialize().unwrap();
        group.bench_function(format!("load-{name}"), |bencher| {
            bencher.iter(|| {
                // SAFETY: serialized two lines above.
                unsafe { Component::deserialize(&engine, &compiled) }.unwrap()
            });
        });
        let host = Host::of(&engine, &component);
        group.bench_function(format!("instantiate-{name}"), |bencher| {
            bencher.iter(|| host.collector(MEMORY).unwrap());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = events, start
}
criterion_main!(benches);
