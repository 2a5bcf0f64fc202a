//! Values made from variables: `{WORKFLOW}-{NUMBER}`.
//!
//! | written | stands for |
//! |---|---|
//! | `{NAME}` | the variable's value; where it is not set, the template has none |
//! | `{NAME or OTHER}` | the value of the first that is set |
//! | `{NAME\|ref}` | what a [filter](super::filter) makes of the value, or several in turn |
//! | `[;region={NAME}]` | this part, or nothing where the variable is not set |
//! | `{NAME} if OTHER` | the value, where a [condition](super::condition) holds |

use std::borrow::Cow;

use super::variables::Variables;
use super::{condition, filter};
use crate::text::{split, split_once};

const OR: &str = " or ";
const IF: &str = " if ";

/// What a template stands for.
pub fn value(template: &str, variables: &Variables<'_>) -> Option<String> {
    let (template, condition) = template_and_condition(template);
    if condition.is_some_and(|condition| !condition::holds(condition, variables)) {
        return None;
    }
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = split_once(rest, "[") {
        append(&mut text, before, variables)?;
        let (inside, after) = split_once(after, "]")?;
        let length = text.len();
        if append(&mut text, inside, variables).is_none() {
            text.truncate(length);
        }
        rest = after;
    }
    append(&mut text, rest, variables)?;
    Some(text)
}

/// The variables that a template names.
pub fn variables(template: &'static str) -> impl Iterator<Item = &'static str> {
    let (template, condition) = template_and_condition(template);
    references(template)
        .flat_map(|reference| split(name_and_filters(reference).0, OR))
        .chain(condition::variables(condition.unwrap_or("")))
}

fn template_and_condition(template: &str) -> (&str, Option<&str>) {
    match split_once(template, IF) {
        Some((template, condition)) => (template, Some(condition)),
        None => (template, None),
    }
}

/// What stands in braces.
fn references(template: &'static str) -> impl Iterator<Item = &'static str> {
    let pieces = split(template, "{").skip(1);
    pieces.filter_map(|piece| Some(split_once(piece, "}")?.0))
}

/// The names in a reference, and the filters after them.
fn name_and_filters(reference: &str) -> (&str, Option<&str>) {
    match split_once(reference, "|") {
        Some((names, filters)) => (names, Some(filters)),
        None => (reference, None),
    }
}

/// Adds a part without brackets; none where a variable is not set.
fn append(text: &mut String, part: &str, variables: &Variables<'_>) -> Option<()> {
    let mut rest = part;
    while let Some((literal, after)) = split_once(rest, "{") {
        let (reference, after) = split_once(after, "}")?;
        text.push_str(literal);
        text.push_str(&referred(reference, variables)?);
        rest = after;
    }
    text.push_str(rest);
    Some(())
}

/// The value of the first variable that is set and that the filters leave something of.
fn referred<'a>(reference: &str, variables: &Variables<'a>) -> Option<Cow<'a, str>> {
    let (names, filters) = name_and_filters(reference);
    split(names, OR).find_map(|name| {
        let mut value = Cow::Borrowed(variables.get(name)?);
        for filter in filters.into_iter().flat_map(|filters| split(filters, "|")) {
            value = match value {
                Cow::Borrowed(value) => filter::filtered(filter, value)?,
                Cow::Owned(value) => Cow::Owned(filter::filtered(filter, &value)?.into_owned()),
            };
        }
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::super::providers::PROVIDERS;
    use super::super::tests::run;
    use super::*;

    fn made(template: &'static str) -> Option<String> {
        let run = run(&[
            ("A", "1"),
            ("B", "refs/heads/spin"),
            ("C", "a b"),
            ("EMPTY", ""),
        ]);
        value(template, &Variables::new(&run, false))
    }

    #[test]
    fn a_template_is_made_of_what_it_names() {
        for (template, expected) in [
            ("no. {A}!", Some("no. 1!")),
            ("{A}-{NONE}", None),
            ("{EMPTY}", None),
            ("{NONE or EMPTY or A}", Some("1")),
            ("{A|again}", None),
            ("{A or B|again}", None),
            ("{A}/{B|ref}", Some("1/spin")),
            ("{B|ref|-sp}", Some("in")),
            ("{C|quoted|-a}", Some("%20b")),
            ("{A}[-{NONE}][+{B|ref}]", Some("1+spin")),
            ("{A}[-{A}-{NONE}]", Some("1")),
            ("{A}[-{A|again}].", Some("1.")),
            ("{A} if B", Some("1")),
            ("{A} if NONE", None),
            ("{A}-x if not NONE and C=a *", Some("1-x")),
        ] {
            assert_eq!(made(template).as_deref(), expected, "{template}");
        }
    }

    #[test]
    fn every_variable_is_named() {
        let names: Vec<_> = variables("{A}[-{B or C|bare}] if D and not E=x").collect();
        assert_eq!(names, ["A", "B", "C", "D", "E"]);
    }

    #[test]
    fn every_template_of_every_provider_is_well_formed() {
        for provider in PROVIDERS {
            for template in provider.templates() {
                let (made, _) = template_and_condition(template);
                for (opening, closing) in [('{', '}'), ('[', ']')] {
                    let opened = made.matches(opening).count();
                    assert_eq!(opened, made.matches(closing).count(), "{template}");
                }
                for reference in references(made) {
                    let (_, filters) = name_and_filters(reference);
                    for filter in filters.into_iter().flat_map(|filters| split(filters, "|")) {
                        assert!(filter::exists(filter), "{template}: {filter}");
                    }
                }
                for name in variables(template) {
                    let is_name = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
                    assert!(!name.is_empty() && name.chars().all(is_name), "{template}");
                }
            }
        }
    }
}
