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
    /// One for each combination of the function's labels, made with the first error: how many there are, a function
    /// with labels knows only once it was called.
    slots: OnceLock<Box<[Slot]>>,
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
        let make = || (0..combinations.clamp(1, MAX_SERIES + 1)).map(|_| Slot::new()).collect();
        let slots = self.node(category).slots.get_or_init(make);
        if let Some(slot) = slots.get(at).or(slots.last()) {
            slot.update(1, Count { at: 0, n: 1 });
        }
    }

    /// Makes the category known, at zero.
    pub(crate) fn declare(&self, category: &'static Category) {
        self.node(category);
    }

    fn node(&self, category: &'static Category) -> &Node {
        let mut link = &self.first;
        loop {
            let node = link
                .get_or_init(|| Box::new(Node { category, slots: OnceLock::new(), next: OnceLock::new() }));
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
            visit(number, node.category, Counts(node.slots.get().map(|slots| &**slots)));
            number += 1;
            link = &node.next;
        }
    }
}

/// The counts of one category, by combination of labels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts<'a>(Option<&'a [Slot]>);

impl Counts<'_> {
    /// Calls `visit` with each combination; before the first error, with that of a function without labels.
    pub(crate) fn each(self, reader: &Reader, mut visit: impl FnMut(Combination, u64)) {
        match self.0 {
            Some(slots) => slots
                .iter()
                .enumerate()
                .for_each(|(at, slot)| visit(Combination::numbered(at), reader.total(slot))),
            None => visit(Combination::numbered(0), 0),
        }
    }

    pub(crate) fn total(self, reader: &Reader) -> u64 {
        self.0.into_iter().flatten().map(|slot| reader.total(slot)).sum()
    }
}
