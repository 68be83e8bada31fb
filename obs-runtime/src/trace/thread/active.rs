//! Spans that go from thread to thread, with their futures.

use super::{Above, Frame, Parent, STACK, SpanId, Stack};
use crate::trace::fields::Addition;
#[cfg(feature = "testing")]
use crate::trace::id::Ids;
#[cfg(feature = "testing")]
use crate::trace::inbox::Finished;
use crate::trace::local::LocalTrace;
use crate::trace::record::{Ended, Extra, Origin, Record};
use crate::trace::spare;
use std::sync::Arc;

/// A span that is entered with each poll of its future, wherever that is.
#[derive(Debug)]
pub(crate) struct Active {
    pub(super) trace: Arc<LocalTrace>,
    pub(super) id: u64,
    pub(super) parent: u64,
    /// Whether it is the local root of its trace.
    pub(super) root: bool,
    pub(super) extra: Option<Box<Extra>>,
}

/// Begins a span that is entered with each poll of its future.
pub(crate) fn begin(above: Above, extra: Option<Box<Extra>>) -> Option<Active> {
    STACK.try_with(|stack| stack.borrow_mut().begin(above, extra)).ok().flatten()
}

/// A span around everything that is captured: the beginning of a trace with a tracer of its own.
#[cfg(feature = "testing")]
pub(in crate::trace) fn around(mut trace: LocalTrace) -> Option<Active> {
    let mut ids = Ids::new();
    trace.begin(ids.trace(), None);
    Some(Active { trace: Arc::new(trace), id: ids.span(), parent: 0, root: true, extra: None })
}

impl Active {
    /// Takes a span along that this thread entered and has not left: its future is pending, and may go on anywhere.
    /// `keep` puts it where it stays, at once: it is a large thing to hand about.
    #[inline]
    pub(crate) fn taken<R>(id: SpanId, keep: impl FnOnce(Active) -> R) -> Option<R> {
        STACK.try_with(|stack| stack.borrow_mut().take(id).map(keep)).ok().flatten()
    }

    /// Enters a span that nobody has entered yet, as if it began here: it ends on this thread, or is taken away from
    /// it. `None` where it cannot be kept, because the thread is ending.
    #[inline]
    pub(crate) fn enter(self) -> Option<SpanId> {
        STACK.try_with(|stack| stack.borrow_mut().settle(self)).ok().flatten()
    }

    /// Begins a span below this one, wherever this one is.
    pub(crate) fn below(&self) -> Option<Active> {
        let trace = Arc::clone(&self.trace);
        let id = STACK.try_with(|stack| stack.borrow_mut().ids().span()).ok()?;
        Some(Active { trace, id, parent: self.id, root: false, extra: None })
    }

    /// Enters the span for a poll.
    #[inline]
    pub(crate) fn resume(&mut self) {
        let _ = STACK.try_with(|stack| stack.borrow_mut().resume(self));
    }

    /// Leaves it after a poll.
    #[inline]
    pub(crate) fn suspend(&mut self) {
        let _ = STACK.try_with(|stack| stack.borrow_mut().suspend(self));
    }

    /// Its trace and id.
    pub(crate) fn ids(&self) -> (u128, u64) {
        (self.trace.trace_id, self.id)
    }

    /// Adds something to the span, which this thread may be in.
    pub(crate) fn add(&mut self, addition: Addition) {
        let mut addition = Some(addition);
        let _ = STACK.try_with(|stack| {
            let mut stack = stack.borrow_mut();
            let mut frames = stack.frames.iter_mut().rev();
            if let Some(frame) = frames.find(|frame| frame.id == self.id && !frame.is_elsewhere())
                && let Some(addition) = addition.take()
            {
                frame.extra.get_or_insert_with(spare::extra).add(addition, &self.trace.tracer.limits);
            }
        });
        if let Some(addition) = addition {
            self.extra.get_or_insert_with(spare::extra).add(addition, &self.trace.tracer.limits);
        }
    }

    /// What was recorded below it. It is not recorded itself.
    #[cfg(feature = "testing")]
    pub(in crate::trace) fn records(self) -> Finished {
        self.trace.take()
    }

    /// The span has ended. No thread is in it.
    pub(crate) fn end(self, origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
        let Active { trace, id, parent, root, extra } = self;
        if trace.recording {
            let record = Record { origin, id, parent, start, end, ended, series, extra };
            if root { trace.end(record) } else { trace.ended(record) }
        }
        if root {
            let _ = STACK.try_with(|stack| stack.borrow_mut().spare(trace));
        }
    }
}

impl Stack {
    fn begin(&mut self, above: Above, extra: Option<Box<Extra>>) -> Option<Active> {
        let (trace, parent, root) = match self.parent(above) {
            Parent::Span(parent) => (Arc::clone(self.traces.last()?), parent, false),
            parent => {
                let trace = self.local_root(parent)?;
                let parent = trace.parent;
                (trace, parent, true)
            }
        };
        Some(Active { trace, id: self.ids().span(), parent, root, extra })
    }

    /// The frame that was entered here for good becomes one that visits wherever it goes.
    #[inline(always)]
    fn take(&mut self, id: SpanId) -> Option<Active> {
        let at = self.frames.iter().rposition(|frame| frame.here && frame.id == id.get())?;
        let of = self.trace_of(at)?;
        let (Frame { id, parent, root, extra, .. }, trace) = self.remove(at)?;
        let trace = trace.or_else(|| self.traces.get(of).cloned())?;
        Some(Active { trace, id, parent, root, extra })
    }

    #[inline(always)]
    fn settle(&mut self, active: Active) -> Option<SpanId> {
        let Active { trace, id, parent, root, extra } = active;
        let brought = !self.traces.last().is_some_and(|top| Arc::ptr_eq(top, &trace));
        if brought {
            self.traces.push(trace);
        }
        self.frames.push(Frame { id, parent, here: true, root, brought, extra });
        SpanId::new(id)
    }

    #[inline(always)]
    fn resume(&mut self, active: &mut Active) {
        let brought = !self.traces.last().is_some_and(|trace| Arc::ptr_eq(trace, &active.trace));
        if brought {
            self.traces.push(Arc::clone(&active.trace));
        }
        let Active { id, parent, .. } = *active;
        self.frames.push(Frame { id, parent, here: false, root: false, brought, extra: active.extra.take() });
    }

    #[inline(always)]
    fn suspend(&mut self, active: &mut Active) {
        let visits = |frame: &Frame| !frame.here && frame.id == active.id;
        // Nearly always it is the innermost.
        let left = match self.frames.pop_if(|frame| visits(frame)) {
            Some(frame) => {
                if frame.brought {
                    drop(self.traces.pop());
                }
                Some(frame)
            }
            None => self.frames.iter().rposition(visits).and_then(|at| Some(self.remove_below(at)?.0)),
        };
        if let Some(extra) = left.and_then(|frame| frame.extra) {
            match &mut active.extra {
                None => active.extra = Some(extra),
                Some(more) => more.absorb(*extra, &active.trace.tracer.limits),
            }
        }
    }
}
