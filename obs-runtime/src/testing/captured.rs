//! Everything that was captured, and questions about it.

use super::span::Span;
use crate::snapshot::Snapshot;
use crate::trace::inbox::Finished;
use std::fmt;

/// What a piece of code recorded. From [`capture`](super::capture).
///
/// Printed, it is the spans as a tree.
#[derive(Clone, Debug)]
pub struct Captured {
    /// In the order in which they began.
    spans: Vec<Span>,
    before: Snapshot,
    after: Snapshot,
}

impl Captured {
    pub(super) fn new(traces: Vec<Finished>, before: Snapshot, after: Snapshot) -> Captured {
        let spans = traces.into_iter().flat_map(|trace| {
            let id = trace.trace_id;
            trace.records.into_iter().map(move |record| Span::of(id, record))
        });
        let mut spans: Vec<Span> = spans.collect();
        spans.sort_by_key(|span| span.start);
        Captured { spans, before, after }
    }

    /// The only span of that name.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one; the message shows all spans.
    #[track_caller]
    pub fn span(&self, name: &str) -> &Span {
        let mut found = self.spans(name);
        match (found.next(), found.next()) {
            (Some(span), None) => span,
            (None, _) => panic!("no span is called {name:?}; there are\n{self}"),
            (Some(_), Some(_)) => panic!("more than one span is called {name:?}; there are\n{self}"),
        }
    }

    /// The spans of that name, in the order in which they began.
    pub fn spans<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Span> {
        self.spans.iter().filter(move |span| span.name == name)
    }

    /// Every span, in the order in which they began.
    pub fn all_spans(&self) -> &[Span] {
        &self.spans
    }

    /// By how much this thread increased a family: the sum of all its series that have these labels, and
    /// maybe others. Of a histogram, the number of observations. Gauges are not counted: their values are not
    /// any one thread's.
    pub fn change(&self, family: &str, labels: &[(&str, &str)]) -> f64 {
        self.after.sum(family, labels) - self.before.sum(family, labels)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, span: &Span, depth: usize) -> fmt::Result {
        writeln!(f, "{:indent$}{span}", "", indent = 2 * depth)?;
        let below = |other: &&Span| other.parent_id == span.span_id && other.trace_id == span.trace_id;
        self.spans.iter().filter(below).try_for_each(|child| self.write(f, child, depth + 1))
    }
}

impl fmt::Display for Captured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.spans.is_empty() {
            return f.write_str("no spans\n");
        }
        let parent = |span: &Span| {
            self.spans.iter().any(|other| other.span_id == span.parent_id && other.trace_id == span.trace_id)
        };
        self.spans.iter().filter(|span| !parent(span)).try_for_each(|root| self.write(f, root, 0))
    }
}
