//! Spans, laid into each other.

use super::Span;
use super::around::around;
use crate::limits;

/// Spans in spans.
#[derive(Debug)]
pub struct Tree<'a> {
    spans: &'a [Span],
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
}

impl<'a> Tree<'a> {
    /// Lays spans into those that they name as parents, automatic ones into those around them, siblings by the time at which they began.
    ///
    /// A span whose parent is unknown, or is itself in the end, lies at the top; one that would lie
    /// deeper than [`limits::SPAN_DEPTH`] moves up to that depth. None is lost.
    #[must_use]
    pub fn new(spans: &'a [Span]) -> Self {
        let parents = parents(spans);
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
    for (index, parent) in around(spans) {
        parents[index] = Some(parent);
    }

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
    tree: &'a Tree<'a>,
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
    use serde_json::{Value, json};

    use super::*;
    use crate::event;

    fn span(id: u64, parent: Option<u64>) -> Span {
        let event = event::Span {
            section: "sleep".into(),
            start: Some(id as i64),
            end: Some(id as i64 + 1),
            id: Some(id),
            parent,
            ..event::Span::default()
        };
        Span::mended(event, &mut |_, _| ())
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
        let spans = [span(2, Some(1)), span(3, Some(2)), span(1, None)];
        let tree = Tree::new(&spans);
        let shapes: Vec<_> = tree.roots().map(shape).collect();
        assert_eq!(json!(shapes), json!([[1, [[2, [[3, []]]]]]]));
    }

    #[test]
    fn a_ring_is_broken_and_an_unknown_parent_forgotten() {
        let spans = [
            span(1, Some(2)),
            span(2, Some(1)),
            span(3, Some(3)),
            span(4, Some(9)),
        ];
        let tree = Tree::new(&spans);
        let total: usize = tree.roots().map(|root| count(root, 0).0).sum();
        assert_eq!(total, 4);
    }

    #[test]
    fn a_deep_chain_is_flattened_at_the_limit_from_whichever_end_it_comes() {
        let chain: Vec<_> = (0..20_000).map(|id| span(id, id.checked_sub(1))).collect();
        for chain in [chain.clone(), chain.into_iter().rev().collect()] {
            let tree = Tree::new(&chain);
            assert_eq!(tree.roots().len(), 1);
            let (total, depth) = tree.roots().map(|root| count(root, 0)).next().unwrap();
            assert_eq!((total, depth), (20_000, limits::SPAN_DEPTH - 1));
        }
    }

    #[test]
    fn an_automatic_span_lies_in_the_one_around_it_and_no_deeper_than_others() {
        let mut spans = vec![span(1, None), span(2, None)];
        spans[1].until = spans[1].end;
        spans[0].end = Some(9);
        let tree = Tree::new(&spans);
        let shapes: Vec<_> = tree.roots().map(shape).collect();
        assert_eq!(json!(shapes), json!([[1, [[2, []]]]]));

        let mut chain: Vec<_> = (0..40).map(|id: u64| span(id, id.checked_sub(1))).collect();
        for span in &mut chain {
            span.end = Some(100);
        }
        chain[39].until = chain[39].end;
        let tree = Tree::new(&chain);
        let (total, depth) = tree.roots().map(|root| count(root, 0)).next().unwrap();
        assert_eq!((total, depth), (40, limits::SPAN_DEPTH - 1));
    }

    proptest! {
        #[test]
        fn no_span_is_lost_or_doubled(
            parents in prop::collection::vec(prop::option::of(0..60_u64), 0..50)
        ) {
            let spans: Vec<_> = parents.iter().enumerate()
                .map(|(id, parent)| span(id as u64, *parent)).collect();
            let expected = spans.len();
            let tree = Tree::new(&spans);
            let total: usize = tree.roots().map(|root| count(root, 0).0).sum();
            prop_assert_eq!(total, expected);
        }
    }
}
