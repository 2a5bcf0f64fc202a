//! What the plugin is to cost at most, and what it costs.

pub mod recorded_calls;
pub mod runs;
pub mod waits;

use crate::table::{Table, number};

/// A bound and what was measured.
#[derive(Debug)]
pub struct Target {
    /// What is bounded.
    pub what: String,
    /// What it should be.
    pub bound: Bound,
    /// What it is.
    pub measured: f64,
    /// What the pure-Python plugin has.
    pub pure: f64,
    /// Below what it cannot be, and why.
    pub floor: Option<(f64, &'static str)>,
}

/// On which side of a number the good ones are.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// It, or less.
    AtMost(f64),
    /// It, or more.
    AtLeast(f64),
}

impl Target {
    /// Whether it is met.
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.measured <= bound,
            Bound::AtLeast(bound) => self.measured >= bound,
        }
    }

    fn verdict(&self) -> String {
        match (self.is_met(), self.floor) {
            (true, _) => "met".to_owned(),
            // Not a number is no verdict.
            _ if self.measured.is_nan() => "not measured".to_owned(),
            (false, None) => "**not met**".to_owned(),
            (false, Some((floor, why))) => {
                format!("**not met**; the floor is {} ({why})", number(floor))
            }
        }
    }
}

/// The targets as a table.
pub fn table(targets: &[Target]) -> String {
    let mut table = Table::new(&[
        "what",
        "target",
        "measured",
        "pure-Python plugin",
        "is it met?",
    ]);
    for target in targets {
        let bound = match target.bound {
            Bound::AtMost(bound) => format!("at most {}", number(bound)),
            Bound::AtLeast(bound) => format!("at least {}", number(bound)),
        };
        table.row(&[
            target.what.clone(),
            bound,
            number(target.measured),
            number(target.pure),
            target.verdict(),
        ]);
    }
    table.into_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(bound: Bound, measured: f64) -> Target {
        Target {
            what: "it".to_owned(),
            bound,
            measured,
            pure: f64::NAN,
            floor: Some((2.0, "a law of nature")),
        }
    }

    #[test]
    fn what_is_on_the_right_side_is_met() {
        assert!(target(Bound::AtMost(5.0), 5.0).is_met());
        assert!(!target(Bound::AtMost(5.0), 5.1).is_met());
        assert!(target(Bound::AtLeast(5.0), 6.0).is_met());
        assert!(!target(Bound::AtLeast(5.0), f64::NAN).is_met());
    }

    #[test]
    fn what_is_not_met_says_its_floor() {
        let table = table(&[target(Bound::AtMost(5.0), 6.0)]);
        let row =
            "| it | at most 5.0 | 6.0 | – | **not met**; the floor is 2.0 (a law of nature) |";
        assert!(table.contains(row), "{table}");
    }
}
