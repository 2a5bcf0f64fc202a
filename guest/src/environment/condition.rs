//! Conditions on variables: `JENKINS_URL or JENKINS_HOME and BUILD_TAG`.
//!
//! | written | holds where |
//! |---|---|
//! | `NAME` | the variable is set, and is not `false`, `0` or `no` |
//! | `NAME=text` | its value is this text, in capitals or not; a `*` stands for anything |
//! | `NAME!=text` | it is set, and is another |
//! | `not` any of these | it does not |
//! | `A and B` | both do |
//! | `A or B` | one of them does; `and` binds closer |

use super::variables::Variables;
use crate::text::{split, split_once};

const OR: &str = " or ";
const AND: &str = " and ";
const NOT: &str = "not ";

/// Whether a condition holds. The empty one never does.
pub fn holds(condition: &str, variables: &Variables<'_>) -> bool {
    split(condition, OR).any(|all| split(all, AND).all(|one| one_holds(one, variables)))
}

/// The variables that a condition names.
pub fn variables(condition: &'static str) -> impl Iterator<Item = &'static str> {
    split(condition, OR)
        .flat_map(|all| split(all, AND))
        .map(|one| name_and_pattern(one.strip_prefix(NOT).unwrap_or(one)).0)
        .filter(|name| !name.is_empty())
}

fn one_holds(one: &str, variables: &Variables<'_>) -> bool {
    let (is_negated, one) = match one.strip_prefix(NOT) {
        Some(one) => (true, one),
        None => (false, one),
    };
    let holds = match name_and_pattern(one) {
        (name, None) => variables.marker(name).is_some(),
        (name, Some((true, pattern))) => variables
            .get(name)
            .is_some_and(|value| is_like(value, pattern)),
        (name, Some((false, pattern))) => variables
            .marker(name)
            .is_some_and(|value| !is_like(value, pattern)),
    };
    holds != is_negated
}

/// A name, and what its value is compared with: whether they should be equal, and the pattern.
fn name_and_pattern(one: &str) -> (&str, Option<(bool, &str)>) {
    match split_once(one, "=") {
        None => (one, None),
        Some((name, pattern)) => match name.strip_suffix('!') {
            Some(name) => (name, Some((false, pattern))),
            None => (name, Some((true, pattern))),
        },
    }
}

fn is_like(value: &str, pattern: &str) -> bool {
    match split_once(pattern, "*") {
        None => value.eq_ignore_ascii_case(pattern),
        Some((start, rest)) => {
            let (Some(begins), Some(after)) = (value.get(..start.len()), value.get(start.len()..))
            else {
                return false;
            };
            begins.eq_ignore_ascii_case(start)
                && match rest.strip_suffix('*') {
                    Some(inside) => split_once(after, inside).is_some(),
                    None => rest.is_empty(),
                }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::*;

    fn is_true(condition: &'static str) -> bool {
        let run = run(&[
            ("A", "1"),
            ("FALSE", "False"),
            ("ZERO", "0"),
            ("NO", " no "),
            ("BLANK", " "),
            ("NAME", "Codepipeline/x"),
            ("URL", "https://example.com"),
        ]);
        holds(condition, &Variables::new(&run, false))
    }

    #[test]
    fn a_marker_is_set_and_does_not_say_no() {
        assert!(is_true("A"));
        for condition in ["FALSE", "ZERO", "NO", "BLANK", "NONE", ""] {
            assert!(!is_true(condition), "{condition}");
        }
    }

    #[test]
    fn values_are_compared_in_capitals_or_not() {
        for condition in [
            "FALSE=false",
            "NAME=codepipeline/*",
            "NAME=codepipeline/x",
            "URL=*://*",
            "NAME!=local",
            "NAME!=",
        ] {
            assert!(is_true(condition), "{condition}");
        }
        for condition in [
            "NAME=codepipeline",
            "NAME=codepipeline/x/*",
            "NAME=*://*",
            "NAME!=CODEPIPELINE/X",
            "NONE!=local",
            "FALSE!=local",
            "NONE=",
        ] {
            assert!(!is_true(condition), "{condition}");
        }
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert!(is_true("A or NONE and NONE"));
        assert!(is_true("NONE and NONE or A"));
        assert!(!is_true("NONE or A and NONE"));
        assert!(is_true("A and not NONE"));
        assert!(is_true("not NAME=x and A"));
        assert!(!is_true("not A"));
    }

    #[test]
    fn every_variable_is_named() {
        let names: Vec<_> = variables("A and not B or C=x and D!=y").collect();
        assert_eq!(names, ["A", "B", "C", "D"]);
        assert_eq!(variables("").count(), 0);
    }
}
