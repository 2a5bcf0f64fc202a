//! No literal that was put into a statement comes out of it, whatever it holds, in whichever dialect.

use collector::scrub::{Dialect, sql};
use proptest::collection::vec;
use proptest::prelude::*;

/// What every literal and comment has in it, and nothing else.
const SECRET: &str = "SECRET";
const NUMBER: &str = "8675309";

/// What else may be in them: all that begins or ends one somewhere.
const CONTENT: &str =
    r#"(['"`\\$#\[\](){}?:@%/*!;,.a-c \n-]|''|\\'|--|/\*|\*/|\$a\$|q'\[|E'|é){0,6}"#;

/// What stands between them: words, signs and names, as a server would take them.
const CODE: [&str; 24] = [
    "SELECT", "a", "FROM", "b.c", "t1", "=", ",", "(", ")", "+", "-", "IN (", "VALUES (", "),(",
    ";", "::int", ":name", "%s", "%(name)s", "?", "AND", "IS NULL", "AS", "größe",
];

/// How a literal or a comment of some dialect is written, from the content before and after the
/// secret; none where it cannot hold that.
type Form = fn(&str, &str) -> Option<String>;

/// A dialect, and what it has.
struct Row {
    name: &'static str,
    forms: &'static [Form],
    code: &'static [&'static str],
}

const DIALECTS: [Row; 7] = [
    Row {
        name: "postgresql",
        forms: &[
            doubled,
            escaped_e,
            dollars,
            tagged_dollars,
            national,
            number,
            nested_comment,
            line_comment,
        ],
        code: &[
            "$1",
            "a$b$c",
            "\"d e\"",
            "\"f\".\"g\"",
            "#>>",
            "ARRAY[",
            "]",
            "x / y",
        ],
    },
    Row {
        name: "mysql",
        forms: &[
            escaped,
            escaped_double,
            doubled_double,
            introduced,
            number,
            comment,
            hash_comment,
            dashes,
        ],
        code: &["`d e`", "`f`.`g`", "@h", "--i", "x / y"],
    },
    Row {
        name: "sqlite",
        forms: &[
            doubled,
            doubled_double_value,
            hexadecimal,
            number,
            comment,
            line_comment,
        ],
        code: &["`d e`", "[f g]", "\"h\".\"i\"", "$j", "?1", "x / y"],
    },
    Row {
        name: "oracle",
        forms: &[
            doubled,
            q_brackets,
            q_marks,
            national,
            number,
            comment,
            line_comment,
        ],
        code: &["\"d e\"", "f#1", "v$g", ":1", "x / y"],
    },
    Row {
        name: "mssql",
        forms: &[
            doubled,
            doubled_double,
            national,
            number,
            nested_comment,
            line_comment,
        ],
        code: &["[d e]", "#f", "@p1", "x / y"],
    },
    Row {
        name: "bigquery",
        forms: &[
            escaped_only,
            triple,
            triple_double,
            number,
            comment,
            hash_comment,
            line_comment,
        ],
        code: &["`d e`", "@p1", "x / y"],
    },
    Row {
        name: "snowflake",
        forms: &[
            escaped,
            dollars,
            number,
            comment,
            line_comment,
            slash_comment,
        ],
        code: &["\"d e\"", "x / y"],
    },
];

fn whole(before: &str, after: &str) -> String {
    format!("{before}{SECRET}{after}")
}

fn doubled(before: &str, after: &str) -> Option<String> {
    Some(format!("'{}'", whole(before, after).replace('\'', "''")))
}

/// With a backslash it depends on a setting where it ends: a server that is set so reads what the
/// others have taken for code.
fn is_certain(text: &str) -> bool {
    !text.contains('\\')
}

fn doubled_double(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    is_certain(&whole).then(|| format!("\"{}\"", whole.replace('"', "\"\"")))
}

/// Where SQLite can take it for nothing but a value.
fn doubled_double_value(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    Some(format!("= \"{}\" ", whole.replace('"', "\"\"")))
}

fn escaped(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after).replace('\\', "\\\\");
    Some(format!("'{}'", whole.replace('\'', "\\'")))
}

fn escaped_only(before: &str, after: &str) -> Option<String> {
    escaped(before, after)
}

fn escaped_double(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after).replace('\\', "\\\\");
    Some(format!("\"{}\"", whole.replace('"', "\\\"")))
}

fn escaped_e(before: &str, after: &str) -> Option<String> {
    Some(format!("E{}", escaped(before, after)?))
}

fn national(before: &str, after: &str) -> Option<String> {
    Some(format!("N{}", doubled(before, after)?))
}

fn introduced(before: &str, after: &str) -> Option<String> {
    Some(format!("_utf8{}", escaped(before, after)?))
}

fn hexadecimal(before: &str, after: &str) -> Option<String> {
    Some(format!("x{}", doubled(before, after)?))
}

fn dollars(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    let is_one = !whole.contains("$$") && !whole.ends_with('$');
    is_one.then(|| format!("$${whole}$$"))
}

fn tagged_dollars(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    (!whole.contains("$é1$")).then(|| format!("$é1${whole}$é1$"))
}

fn q_brackets(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    (!whole.contains("]'")).then(|| format!("q'[{whole}]'"))
}

fn q_marks(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    (!whole.contains("!'")).then(|| format!("NQ'!{whole}!'"))
}

fn triple(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after).replace('\\', "\\\\");
    let is_one = !whole.contains("'''") && !whole.ends_with('\'') && !whole.starts_with('\'');
    is_one.then(|| format!("'''{whole}'''"))
}

fn triple_double(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after).replace('\\', "\\\\");
    let is_one = !whole.contains("\"\"\"") && !whole.ends_with('"') && !whole.starts_with('"');
    is_one.then(|| format!("\"\"\"{whole}\"\"\""))
}

fn number(before: &str, after: &str) -> Option<String> {
    let [before, after] = [before, after].map(|text| text.len() % 3);
    let sign = ["", "-", "."][before];
    let rest = ["", ".5e-7", "e5"][after];
    Some(format!(" {sign}{NUMBER}{rest} "))
}

fn comment(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    let is_one = !whole.contains("*/") && !whole.ends_with('*') && !whole.starts_with('!');
    is_one.then(|| format!(" /*{whole}*/"))
}

fn nested_comment(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    let is_flat = !whole.contains("*/") && !whole.contains("/*");
    let is_one = is_flat && !whole.ends_with(['*', '/']) && !whole.starts_with(['!', '/']);
    is_one.then(|| format!(" /*/*{whole}*/ {whole}*/"))
}

fn line_comment(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    (!whole.contains('\n')).then(|| format!(" --{whole}\n"))
}

fn dashes(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    (!whole.contains('\n')).then(|| format!(" -- {whole}\n"))
}

fn hash_comment(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    (!whole.contains('\n')).then(|| format!(" #{whole}\n"))
}

fn slash_comment(before: &str, after: &str) -> Option<String> {
    let whole = whole(before, after);
    (!whole.contains('\n')).then(|| format!(" //{whole}\n"))
}

/// A part of a statement: code, or a literal or comment around some content.
#[derive(Debug, Clone)]
enum Part {
    Code(prop::sample::Index, String),
    Hidden(prop::sample::Index, String, String),
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        2 => (any::<prop::sample::Index>(), "[ \n]?").prop_map(|(which, blank)| Part::Code(which, blank)),
        1 => (any::<prop::sample::Index>(), CONTENT, CONTENT)
            .prop_map(|(which, before, after)| Part::Hidden(which, before, after)),
    ]
}

fn statement(row: &Row, parts: &[Part]) -> String {
    let mut statement = String::new();
    for part in parts {
        match part {
            Part::Code(which, blank) => {
                let which = which.index(CODE.len() + row.code.len());
                statement += CODE
                    .get(which)
                    .unwrap_or_else(|| &row.code[which - CODE.len()]);
                // Without one a word would be a part of the next.
                statement += if blank.is_empty() { " " } else { blank };
            }
            Part::Hidden(which, before, after) => {
                if let Some(hidden) = row.forms[which.index(row.forms.len())](before, after) {
                    statement += &hidden;
                    // Two literals beside each other are one, or the second is a name.
                    statement.push(' ');
                }
            }
        }
    }
    statement
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_literal_comes_out(parts in vec(part(), 0..8), is_cut: bool) {
        for row in &DIALECTS {
            let raw = statement(row, &parts);
            for dialect in [Dialect::named(row.name), Dialect::Other] {
                let shown = sql(&raw, dialect, is_cut);
                prop_assert!(!shown.contains(SECRET), "{} {dialect:?}\n{raw}\n{shown}", row.name);
                prop_assert!(!shown.contains(NUMBER), "{} {dialect:?}\n{raw}\n{shown}", row.name);
            }
        }
    }

    /// Wherever somebody has cut it.
    #[test]
    fn no_part_of_a_literal_comes_out(parts in vec(part(), 0..8), place in any::<prop::sample::Index>()) {
        for row in &DIALECTS {
            let raw = statement(row, &parts);
            let places: Vec<usize> = raw.char_indices().map(|(place, _)| place).collect();
            let end = if places.is_empty() { 0 } else { places[place.index(places.len())] };
            for dialect in [Dialect::named(row.name), Dialect::Other] {
                let shown = sql(&raw[..end], dialect, true);
                prop_assert!(!shown.contains("SEC"), "{} {dialect:?}\n{}\n{shown}", row.name, &raw[..end]);
                prop_assert!(!shown.contains("867"), "{} {dialect:?}\n{}\n{shown}", row.name, &raw[..end]);
            }
        }
    }

    #[test]
    fn any_text_becomes_one_line(text in "\\PC{0,40}|(['\"`\\\\$#\\[\\](){}?:@%/*!;,.a-cE0-9 \n-]){0,40}") {
        for name in ["postgresql", "mysql", "sqlite", "oracle", "mssql", ""] {
            let shown = sql(&text, Dialect::named(name), false);
            prop_assert!(!shown.contains(char::is_control), "{}", shown);
            prop_assert!(!shown.contains("  "), "{}", shown);
            prop_assert!(!shown.starts_with(|c: char| c.is_ascii_digit()), "{}", shown);
        }
    }
}
