//! Counting errors by category.

use crate::cells::{Count, Reader, Slot};
use crate::error::Category;
use crate::label::{Combination, MAX_SERIES};
use std::sync::OnceLock;

/// Counts by category and combination of labels. The categories of one function are few and settle at
/// once, so they are a list that only grows and is read without a lock.
#[derive(Debug)]
pub(crate) struct ErrorCounts {
    first: OnceLock<Box<Node>>,
}

#[derive(Debug)]
struct Node {
    category: &'static Category,
    /// One for each combination of the function's labels.
    slots: Box<[Slot]>,
    next: OnceLock<Box<Node>>,
}

impl ErrorCounts {
    pub(crate) const fn new() -> ErrorCounts {
        ErrorCounts { first: OnceLock::new() }
    }

    /// Counts one error, in a family with `combinations` of labels, under the one numbered `at`.
    #[cold]
    #[inline(never)]
    pub(crate) fn count(&self, category: &'static Category, combinations: usize, at: usize) {
        let node = self.node(category, combinations);
        if let Some(slot) = node.slots.get(at).or(node.slots.last()) {
            slot.update(1, Count { at: 0, n: 1 });
        }
    }

    /// Makes the category's series exist.
    pub(crate) fn declare(&self, category: &'static Category, combinations: usize) {
        self.node(category, combinations);
    }

    fn node(&self, category: &'static Category, combinations: usize) -> &Node {
        let mut link = &self.first;
        loop {
            let node = link.get_or_init(|| {
                let slots = (0..combinations.clamp(1, MAX_SERIES + 1)).map(|_| Slot::new()).collect();
                Box::new(Node { category, slots, next: OnceLock::new() })
            });
            // Two statics with one content are one category: series are told apart by their labels.
            if std::ptr::eq(node.category, category) || *node.category == *category {
                return node;
            }
            link = &node.next;
        }
    }

    /// Calls `visit` with each category, in the order in which they came up, and its counts.
    pub(crate) fn each_category(&self, mut visit: impl FnMut(usize, &'static Category, Counts<'_>)) {
        let mut link = &self.first;
        let mut number = 0;
        while let Some(node) = link.get() {
            visit(number, node.category, Counts(&node.slots));
            number += 1;
            link = &node.next;
        }
    }
}

/// The counts of one category, by combination of labels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts<'a>(&'a [Slot]);

impl Counts<'_> {
    pub(crate) fn each(self, reader: &Reader, mut visit: impl FnMut(Combination, u64)) {
        for (at, slot) in self.0.iter().enumerate() {
            visit(Combination::numbered(at), reader.total(slot));
        }
    }

    pub(crate) fn total(self, reader: &Reader) -> u64 {
        self.0.iter().map(|slot| reader.total(slot)).sum()
    }
}
