//! Tables in Markdown, and numbers in them.

use std::fmt::Write as _;

/// A table; the first column is text, all others are numbers.
#[derive(Debug)]
pub struct Table {
    text: String,
}

impl Table {
    /// Begins a table with the names of its columns.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self {
            text: String::new(),
        };
        table.row(columns);
        let rules = columns.iter().enumerate();
        let rules: Vec<_> = rules
            .map(|(index, _)| if index == 0 { "---" } else { "---:" })
            .collect();
        table.row(&rules);
        table
    }

    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        for cell in cells {
            write!(self.text, "| {} ", cell.as_ref()).expect("a string takes everything");
        }
        self.text.push_str("|\n");
    }

    /// The table as text.
    pub fn into_text(self) -> String {
        self.text
    }
}

/// A number with about three digits that count.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let digits = match value.abs() {
        0.0..0.9995 => 3,
        0.9995..99.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    match text.trim_start_matches('-').trim_start_matches(['0', '.']) {
        "" => "0".to_owned(),
        _ => grouped(&text),
    }
}

/// A number of things.
pub fn whole(count: usize) -> String {
    grouped(&count.to_string())
}

/// A number that may not be there.
pub fn maybe(value: Option<f64>) -> String {
    number(value.unwrap_or(f64::NAN))
}

/// Thousands apart: 1,234.
fn grouped(text: &str) -> String {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut apart = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    format!("{sign}{apart}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_are_exact() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(-0.0001), "0");
        assert_eq!(number(0.1234), "0.123");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(-1_234.5), "-1,234");
        assert_eq!(number(1_234_567.0), "1,234,567");
        assert_eq!(number(f64::NAN), "–");
        assert_eq!(maybe(None), "–");
        assert_eq!(whole(50), "50");
        assert_eq!(whole(20_000), "20,000");
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["what", "ms"]);
        table.row(&["start", "1"]);
        assert_eq!(
            table.into_text(),
            "| what | ms |\n| --- | ---: |\n| start | 1 |\n"
        );
    }
}
