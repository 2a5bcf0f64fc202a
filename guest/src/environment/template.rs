//! Values made from variables: `{WORKFLOW}-{NUMBER}`.
//!
//! A name in braces stands for the variable's value; a filter may follow it: `{GITHUB_REF|ref}`.
//! A template whose variables are not all set has no value.

use super::Variables;

/// What a filter makes of a value; none where nothing is left.
type Filter = fn(&str) -> Option<&str>;

const FILTERS: [(&str, Filter); 1] = [("ref", short_ref)];

/// The value of the first template whose variables are all set.
pub fn first(templates: &[&'static str], variables: &Variables<'_>) -> Option<String> {
    templates
        .iter()
        .find_map(|template| value(template, variables))
}

/// The variables that a template names.
pub fn variables(template: &'static str) -> impl Iterator<Item = &'static str> {
    pieces(template).filter_map(|(_, reference)| Some(split(reference?).0))
}

fn value(template: &'static str, variables: &Variables<'_>) -> Option<String> {
    let mut text = String::new();
    for (literal, reference) in pieces(template) {
        text.push_str(literal);
        if let Some(reference) = reference {
            let (name, filter) = split(reference);
            let value = variables.get(name)?;
            text.push_str(match filter {
                Some(filter) => filter(value)?,
                None => value,
            });
        }
    }
    Some(text)
}

/// A template as literals, each with the reference that follows it.
fn pieces(template: &'static str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    template.split_inclusive('}').map(|piece| {
        piece
            .strip_suffix('}')
            .and_then(|piece| piece.split_once('{'))
            .map_or((piece, None), |(literal, reference)| {
                (literal, Some(reference))
            })
    })
}

fn split(reference: &'static str) -> (&'static str, Option<Filter>) {
    match reference.split_once('|') {
        None => (reference, None),
        Some((name, filter)) => (
            name,
            FILTERS
                .iter()
                .find(|(known, _)| *known == filter)
                .map(|(_, filter)| *filter),
        ),
    }
}

/// A branch or tag as people say it: `refs/heads/main` is `main`, `refs/pull/89/merge` is
/// `pull/89/merge`.
fn short_ref(value: &str) -> Option<&str> {
    let short = ["refs/heads/", "refs/tags/", "refs/"]
        .iter()
        .find_map(|prefix| value.strip_prefix(prefix))
        .unwrap_or(value);
    (!short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::providers::PROVIDERS;
    use super::*;

    fn made(templates: &[&'static str]) -> Option<String> {
        let variables = json!({"A": "1", "B": "refs/heads/spin", "EMPTY": ""});
        first(templates, &Variables(variables.as_object().unwrap()))
    }

    #[test]
    fn the_first_template_with_all_its_variables_counts() {
        assert_eq!(
            made(&["{EMPTY}", "{A}-{NONE}", "no. {A}!"]),
            Some("no. 1!".into())
        );
        assert_eq!(made(&["{NONE}"]), None);
    }

    #[test]
    fn a_filter_changes_the_value() {
        assert_eq!(made(&["{A}/{B|ref}"]), Some("1/spin".into()));
    }

    #[test]
    fn every_filter_of_every_provider_exists() {
        for reference in PROVIDERS
            .iter()
            .flat_map(|provider| provider.values())
            .flatten()
            .flat_map(|template| pieces(template))
            .filter_map(|(_, reference)| reference)
        {
            if let Some((_, filter)) = reference.split_once('|') {
                assert!(
                    FILTERS.iter().any(|(known, _)| *known == filter),
                    "{filter}"
                );
            }
        }
    }
}
