//! Every folder of `tests/cases`: the built component makes of its events what it says.

use contract::case::Case;
use contract::host::{Host, MEMORY, Outputs, Run, Upload};
use contract::schema::Schema;
use serde_json::Value;

#[test]
fn every_case_becomes_what_it_says() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        match case.outputs(Host::shared()) {
            Ok(outputs) => wrong.extend(case.compare(&outputs)),
            Err(trap) => wrong.push(format!("{}: {trap:?}", case.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A host feeds what a run gives it, as it comes.
#[test]
fn every_case_becomes_the_same_line_by_line() {
    for case in Case::all() {
        let whole = everything(|run| {
            run.feed(&case.events).unwrap();
        });
        let lines = everything(|run| {
            for line in case.events.split_inclusive('\n') {
                run.feed(line).unwrap();
            }
        });
        assert_eq!(whole, lines, "{}", case.name);
    }
}

/// A case that sets a variable which no host would pass proves nothing.
#[test]
fn cases_set_variables_that_the_component_wants() {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let wanted = collector.variables().unwrap();
    for case in Case::all() {
        let first = case.events.lines().next().unwrap_or_default();
        let first: Value = serde_json::from_str(first).unwrap_or_default();
        for field in ["environment", "found"] {
            for (name, _) in first[field].as_object().into_iter().flatten() {
                assert!(wanted.contains(name), "{}: {name}", case.name);
                assert_eq!(
                    name.contains('.'),
                    field == "found",
                    "{}: {name}",
                    case.name
                );
            }
        }
    }
}

#[test]
fn the_schema_allows_what_the_component_reads() {
    let schema = Schema::load();
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    for case in Case::all() {
        // A file may begin with a byte order mark, a line may not.
        let events = case.events.trim_start_matches('\u{feff}');
        for (line, number) in events.lines().zip(1..) {
            if line.trim_ascii().is_empty() || !Schema::can_decide(line) {
                continue;
            }
            let mut run = collector.run(Outputs::empty()).unwrap();
            let faults = run.faults(line).unwrap();
            run.close().unwrap();
            assert_eq!(
                schema.allows(line),
                faults.is_empty(),
                "{}, line {number}: {line}\n{faults:?}",
                case.name
            );
        }
    }
}

#[test]
fn the_schema_allows_the_columns_of_every_case() {
    let [columns, details] = Schema::of_page();
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    for case in Case::all() {
        let mut run = collector.run(Outputs::empty()).unwrap();
        run.keep_page().unwrap();
        run.feed(&case.events).unwrap();
        run.finish().unwrap();
        for block in run.take_all_page_details().unwrap() {
            assert!(details.allows(&block), "{}: {block}", case.name);
        }
        let page = run.take_page().unwrap();
        run.close().unwrap();
        let Some(page) = page else { continue };
        assert!(
            columns.allows(&page.columns),
            "{}: {}",
            case.name,
            page.columns
        );
        let read: Value = serde_json::from_str(&page.columns).unwrap();
        let spans = read["tests"]["spans"].as_array().unwrap().iter();
        let spans: u64 = spans.map(|count| count.as_u64().unwrap()).sum();
        let tests = read["tests"]["result"].as_str().unwrap().len() as u64;
        for (table, rows) in [("tests", tests), ("spans", spans)] {
            for (name, column) in read[table].as_object().unwrap() {
                let length = column
                    .as_array()
                    .map_or_else(|| column.as_str().unwrap().len(), |column| column.len());
                assert_eq!(length as u64, rows, "{}: {table}.{name}", case.name);
            }
        }
    }
}

/// All bodies, receipts and results of a run that is fed so.
fn everything(feed: impl FnOnce(&mut Run<'_>)) -> Vec<String> {
    let mut collector = Host::shared().collector(MEMORY).unwrap();
    let mut run = collector.run(Outputs::UPLOADS | Outputs::RESULTS).unwrap();
    feed(&mut run);
    run.finish().unwrap();
    let uploads = run.take_uploads(5_000).unwrap().into_iter();
    let mut texts: Vec<_> = uploads
        .flat_map(|Upload { body, receipt, .. }| [body, receipt])
        .collect();
    texts.extend(run.take_all_results(u32::MAX).unwrap());
    texts
}
