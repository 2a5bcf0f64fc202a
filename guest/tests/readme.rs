//! What `tests/hosts/README.md` shows of scrubbing is what it does.

use collector::scrub::{Dialect, sql, url};

#[test]
fn the_table_of_raw_texts_is_true() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/hosts/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split("| raw | shown |\n").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let mut count = 0;
    for row in rows {
        let mut texts = row.split('`').skip(1).step_by(2);
        let (raw, shown) = (texts.next().unwrap(), texts.next().unwrap());
        let scrubbed = match raw.starts_with("https://") {
            true => url(raw, false),
            false => sql(raw, Dialect::Other, false),
        };
        assert_eq!(scrubbed, shown);
        count += 1;
    }
    assert_eq!(count, 5);
}
