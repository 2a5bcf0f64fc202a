//! Spans: mended to what Test Engine documents, and laid into each other.

use serde_json::{Map, Value};

use crate::event;
use crate::json::json;
use crate::limits;
use crate::text::scrub;

/// The sections that Test Engine documents, and the texts that the detail of each must hold; `http`
/// also has a method
/// (<https://buildkite.com/docs/test-engine/test-collection/importing-json>).
const SECTIONS: [(&str, &[&str]); 4] = [
    ("http", &["url", "lib"]),
    ("sql", &["query"]),
    ("sleep", &[]),
    ("annotation", &["content"]),
];

/// The methods that Test Engine documents for the section `http`.
const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "CONNECT", "OPTIONS", "TRACE",
];

/// A span as Test Engine documents it. Times are nanoseconds since the run started.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// `http`, `sql`, `sleep` or `annotation`.
    pub section: String,
    /// When it began.
    pub start: Option<i64>,
    /// When it ended; never before it began.
    pub end: Option<i64>,
    /// How long it took; never negative.
    pub duration: i64,
    /// What it did; absent where the section needs none and none was given.
    pub detail: Option<Map<String, Value>>,
    /// Its number in the execution.
    id: Option<u64>,
    /// The number of the span around it.
    parent: Option<u64>,
}

impl Span {
    /// Brings a span into the documented form and says what that took.
    ///
    /// - A section that Test Engine does not know becomes an `annotation` of that content.
    /// - A detail that is no object is dropped; a text that the section needs is made from what is
    ///   there, and empty where nothing is.
    /// - An `http` span whose method Test Engine does not know becomes an `annotation`.
    /// - A span that ends before it begins takes no time.
    #[must_use]
    pub fn mended(event: event::Span) -> (Self, Vec<String>) {
        let mut problems = Vec::new();
        let (mut section, needed, mut content) =
            match SECTIONS.iter().find(|s| s.0 == event.section) {
                Some((name, needed)) => ((*name).to_owned(), *needed, None),
                None => {
                    problems.push(format!("the section {} is not known", event.section));
                    ("annotation".to_owned(), SECTIONS[3].1, Some(event.section))
                }
            };
        let mut detail = match event.detail {
            None | Some(Value::Null) => None,
            Some(Value::Object(detail)) => Some(detail),
            Some(_) => {
                problems.push(format!("{section}: the detail is not an object"));
                None
            }
        };
        for key in needed {
            let detail = detail.get_or_insert_default();
            match detail.get_mut(*key) {
                Some(Value::String(_)) => {}
                Some(other) if !other.is_null() => {
                    problems.push(format!("{section}: the detail's {key} is not a text"));
                    *other = Value::String(json(other));
                }
                _ => {
                    let text = content.take().unwrap_or_else(|| {
                        problems.push(format!("{section}: the detail has no {key}"));
                        String::new()
                    });
                    detail.insert((*key).to_owned(), Value::String(text));
                }
            }
        }
        if let Some(detail) = &mut detail {
            detail.values_mut().for_each(scrub);
        }
        if section == "http"
            && let Some(detail) = &mut detail
            && let Some(problem) = mend_method(detail)
        {
            section = "annotation".to_owned();
            problems.push(problem);
        }
        let end = event.end.map(|end| end.max(event.start.unwrap_or(end)));
        let duration = event
            .duration
            .or_else(|| Some(end?.saturating_sub(event.start?)))
            .unwrap_or(0)
            .max(0);
        if end != event.end || event.duration.is_some_and(|given| given < 0) {
            problems.push(format!("{section}: it ends before it begins"));
        }
        let span = Self {
            section,
            start: event.start,
            end,
            duration,
            detail,
            id: event.id,
            parent: event.parent,
        };
        (span, problems)
    }
}

/// Writes the method of an `http` span in capitals; where it is not known, what is there becomes the
/// content of an annotation, and is said.
fn mend_method(detail: &mut Map<String, Value>) -> Option<String> {
    let given = detail.get("method").and_then(Value::as_str);
    if let Some(method) = given.map(str::to_ascii_uppercase)
        && METHODS.contains(&method.as_str())
    {
        detail.insert("method".to_owned(), Value::String(method));
        return None;
    }
    let mut content = String::from("http");
    for part in [given, detail.get("url").and_then(Value::as_str)] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            content.push(' ');
            content.push_str(part);
        }
    }
    let problem = match given {
        Some(_) => "http: the detail's method is not known".to_owned(),
        None => "http: the detail has no method".to_owned(),
    };
    detail.insert("content".to_owned(), Value::String(content));
    Some(problem)
}

/// Spans in spans.
#[derive(Debug, Default)]
pub struct Tree {
    spans: Vec<Span>,
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
}

impl Tree {
    /// Lays spans into those that they name as parents, siblings by the time at which they began.
    ///
    /// A span whose parent is unknown, or is itself in the end, lies at the top; one that would lie
    /// deeper than [`limits::SPAN_DEPTH`] moves up to that depth. None is lost.
    #[must_use]
    pub fn new(spans: Vec<Span>) -> Self {
        let parents = parents(&spans);
        let mut order: Vec<(u64, u64)> = spans
            .iter()
            .zip(0..)
            .map(|(span, index)| (span.start.map_or(u64::MAX, i64::cast_unsigned), index))
            .collect();
        order.sort_unstable();

        let mut roots = Vec::new();
        let mut children = vec![Vec::new(); spans.len()];
        for (_, index) in order {
            let index = index as usize;
            match parents[index] {
                Some(parent) => children[parent].push(index),
                None => roots.push(index),
            }
        }
        Self {
            spans,
            roots,
            children,
        }
    }

    /// The spans that lie in no other.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = Node<'_>> {
        self.roots.iter().map(|&index| Node { tree: self, index })
    }
}

/// The index of the span that each span lies in.
fn parents(spans: &[Span]) -> Vec<Option<usize>> {
    // Sorted pairs, here and below, instead of maps: the component stays small.
    let mut ids: Vec<(u64, u64)> = spans
        .iter()
        .zip(0..)
        .filter_map(|(span, index)| Some((span.id?, index)))
        .collect();
    ids.sort_unstable();
    let index_of = |id: u64| -> Option<usize> {
        let (found, index) = *ids.get(ids.partition_point(|&(known, _)| known < id))?;
        (found == id).then_some(index as usize)
    };
    let mut parents: Vec<_> = spans.iter().map(|span| index_of(span.parent?)).collect();

    let depths = depths(&mut parents);
    let mut outermost_first: Vec<(u64, u64)> =
        depths.iter().map(|&depth| depth as u64).zip(0..).collect();
    outermost_first.sort_unstable();
    for (depth, index) in outermost_first {
        if depth >= limits::SPAN_DEPTH as u64
            && let Some(parent) = parents[index as usize]
        {
            // The parent is at the limit, or has moved up to it: its own parent holds one more.
            parents[index as usize] = parents[parent];
        }
    }
    parents
}

/// How deep each span lies, the top being 0. Breaks every ring at the span that closes it.
fn depths(parents: &mut [Option<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    const ON_PATH: usize = usize::MAX - 1;
    let mut depths = vec![UNSEEN; parents.len()];
    let mut path = Vec::new();
    for start in 0..parents.len() {
        let mut index = start;
        let mut depth = loop {
            match depths[index] {
                UNSEEN => {
                    depths[index] = ON_PATH;
                    path.push(index);
                    match parents[index] {
                        Some(parent) => index = parent,
                        None => break 0,
                    }
                }
                ON_PATH => {
                    if let Some(&last) = path.last() {
                        parents[last] = None;
                    }
                    break 0;
                }
                known => break known + 1,
            }
        };
        while let Some(index) = path.pop() {
            depths[index] = depth;
            depth += 1;
        }
    }
    depths
}

/// A span in its tree.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    index: usize,
}

impl<'a> Node<'a> {
    /// The span itself.
    #[must_use]
    pub fn span(&self) -> &'a Span {
        &self.tree.spans[self.index]
    }

    /// The spans that lie in it.
    pub fn children(&self) -> impl ExactSizeIterator<Item = Node<'a>> + use<'a> {
        let tree = self.tree;
        tree.children[self.index]
            .iter()
            .map(move |&index| Node { tree, index })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn span(id: u64, parent: Option<u64>) -> Span {
        let event = event::Span {
            section: "sleep".into(),
            start: Some(id as i64),
            end: Some(id as i64 + 1),
            id: Some(id),
            parent,
            ..event::Span::default()
        };
        Span::mended(event).0
    }

    fn shape(node: Node<'_>) -> Value {
        let children: Vec<_> = node.children().map(shape).collect();
        json!([node.span().id, children])
    }

    fn count(node: Node<'_>, depth: usize) -> (usize, usize) {
        node.children()
            .map(|child| count(child, depth + 1))
            .fold((1, depth), |a, b| (a.0 + b.0, a.1.max(b.1)))
    }

    #[test]
    fn children_lie_in_their_parents_whichever_came_first() {
        let tree = Tree::new(vec![span(2, Some(1)), span(3, Some(2)), span(1, None)]);
        let shapes: Vec<_> = tree.roots().map(shape).collect();
        assert_eq!(json!(shapes), json!([[1, [[2, [[3, []]]]]]]));
    }

    #[test]
    fn a_ring_is_broken_and_an_unknown_parent_forgotten() {
        let tree = Tree::new(vec![
            span(1, Some(2)),
            span(2, Some(1)),
            span(3, Some(3)),
            span(4, Some(9)),
        ]);
        let total: usize = tree.roots().map(|root| count(root, 0).0).sum();
        assert_eq!(total, 4);
    }

    #[test]
    fn a_deep_chain_is_flattened_at_the_limit() {
        let chain = (0..20_000).map(|id| span(id, id.checked_sub(1))).collect();
        let tree = Tree::new(chain);
        assert_eq!(tree.roots().len(), 1);
        let (total, depth) = tree.roots().map(|root| count(root, 0)).next().unwrap();
        assert_eq!((total, depth), (20_000, limits::SPAN_DEPTH - 1));
    }

    #[test]
    fn a_detail_is_mended_not_dropped() {
        let event = event::Span {
            section: "http".into(),
            detail: Some(json!({"method": "GET", "url": 5, "more": [1]})),
            ..event::Span::default()
        };
        let (span, problems) = Span::mended(event);
        assert_eq!(
            json!(span.detail),
            json!({"method": "GET", "url": "5", "lib": "", "more": [1]})
        );
        assert_eq!(
            problems,
            [
                "http: the detail's url is not a text",
                "http: the detail has no lib"
            ]
        );
    }

    #[test]
    fn an_http_span_without_a_known_method_becomes_an_annotation() {
        let mended = |method: &str| {
            Span::mended(event::Span {
                section: "http".into(),
                detail: Some(json!({"method": method, "url": "/x", "lib": "y"})),
                ..event::Span::default()
            })
        };
        let (span, problems) = mended("post");
        assert_eq!(
            json!([span.section, span.detail]),
            json!(["http", {"method": "POST", "url": "/x", "lib": "y"}])
        );
        assert!(problems.is_empty());
        let (span, problems) = mended("BREW");
        assert_eq!(span.section, "annotation");
        assert_eq!(span.detail.unwrap()["content"], "http BREW /x");
        assert_eq!(problems, ["http: the detail's method is not known"]);
    }

    #[test]
    fn an_unknown_section_becomes_an_annotation() {
        let event = event::Span {
            section: "redis".into(),
            ..event::Span::default()
        };
        let (span, problems) = Span::mended(event);
        assert_eq!(span.section, "annotation");
        assert_eq!(json!(span.detail), json!({"content": "redis"}));
        assert_eq!(problems, ["the section redis is not known"]);
    }

    proptest! {
        #[test]
        fn no_span_is_lost_or_doubled(
            parents in prop::collection::vec(prop::option::of(0..60_u64), 0..50)
        ) {
            let spans: Vec<_> = parents.iter().enumerate()
                .map(|(id, parent)| span(id as u64, *parent)).collect();
            let expected = spans.len();
            let tree = Tree::new(spans);
            let total: usize = tree.roots().map(|root| count(root, 0).0).sum();
            prop_assert_eq!(total, expected);
        }
    }
}
