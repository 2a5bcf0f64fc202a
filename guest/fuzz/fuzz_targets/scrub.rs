//! Any text as a URL, as a statement, and as what a literal of one holds: nothing traps, what comes out
//! is one line, and nothing of a literal is in it.

#![no_main]

use collector::scrub::{Dialect, sql, url, without_credentials};
use libfuzzer_sys::fuzz_target;

/// What every literal has in it.
const SECRET: &str = "SECRET";

/// Dialects, and how literals and comments of theirs are written that hold a text.
const DIALECTS: [(&str, &[fn(&str) -> String]); 6] = [
    ("postgresql", &[doubled, escaped, dollars, line]),
    ("mysql", &[backslashed, spaced_line]),
    ("sqlite", &[doubled, hexadecimal, line]),
    ("oracle", &[doubled, quoted, line]),
    ("mssql", &[doubled, national, line]),
    ("snowflake", &[backslashed, dollars, line]),
];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let is_cut = choice & 1 == 1;
    let text = String::from_utf8_lossy(bytes);

    let shown = url(&text, is_cut);
    assert!(!shown.contains(char::is_control), "{shown:?}");
    assert!(!shown.contains('#'), "{shown:?}");
    let whole = url(&text, false);
    assert_eq!(url(&whole, false), whole);
    assert!(without_credentials(text.clone().into_owned()).len() <= text.len());

    let content = format!("{text}{SECRET}{text}");
    for (name, forms) in DIALECTS {
        for dialect in [Dialect::named(name), Dialect::Other] {
            let shown = sql(&text, dialect, is_cut);
            assert!(!shown.contains(|c: char| c.is_ascii_control()), "{shown:?}");
            assert!(!shown.contains("  "), "{shown:?}");
            for form in forms {
                let raw = format!("SELECT {} FROM a", form(&content));
                let shown = sql(&raw, dialect, is_cut);
                assert!(!shown.contains(SECRET), "{name} {raw:?} {shown:?}");
            }
        }
    }
});

fn doubled(content: &str) -> String {
    format!("'{}'", content.replace('\'', "''"))
}

fn national(content: &str) -> String {
    format!("N{}", doubled(content))
}

fn hexadecimal(content: &str) -> String {
    format!("x{}", doubled(content))
}

fn backslashed(content: &str) -> String {
    let content = content.replace('\\', r"\\");
    format!("'{}'", content.replace('\'', r"\'"))
}

fn escaped(content: &str) -> String {
    format!("E{}", backslashed(content))
}

fn dollars(content: &str) -> String {
    format!("$a${}$a$", content.replace('$', ""))
}

fn quoted(content: &str) -> String {
    format!("q'[{}]'", content.replace("]", ""))
}

fn line(content: &str) -> String {
    format!("--{}\n", content.replace('\n', ""))
}

fn spaced_line(content: &str) -> String {
    format!("-- {}\n", content.replace('\n', ""))
}
