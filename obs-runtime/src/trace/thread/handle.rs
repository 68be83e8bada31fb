//! A span that other threads go on from.

use super::{Active, Parent, STACK};
use crate::context::TraceContext;
use crate::trace::id::Ids;
use crate::trace::local::LocalTrace;
use crate::trace::record::Record;
#[cfg(feature = "tower")]
use crate::trace::record::{Ended, Extra, Origin};
#[cfg(feature = "tower")]
use crate::trace::spare;
#[cfg(feature = "tower")]
use crate::trace::tracer::Limits;
use std::marker::PhantomData;
use std::sync::Arc;

/// The place of a span in its trace. Whoever [`enter`](Handle::enter)s it makes children of that span, in
/// the same [`LocalTrace`], whether or not the span has ended by then. Events there are the span's, as long as it has
/// not been sent.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    trace: Arc<LocalTrace>,
    id: u64,
}

/// The span that this thread is in; `None` where it is in none, or below an attached context of another trace.
pub(crate) fn handle() -> Option<Handle> {
    let handle = |stack: &std::cell::RefCell<super::Stack>| {
        let stack = stack.borrow();
        let Parent::Span(id) = stack.parent(super::Above::Current) else { return None };
        let trace = stack.traces.last()?;
        if stack.frames.last().is_some_and(|frame| frame.id == id && !frame.is_elsewhere()) {
            trace.watch(id);
        }
        Some(Handle { trace: Arc::clone(trace), id })
    };
    STACK.try_with(handle).ok().flatten()
}

impl Handle {
    /// The trace and span, and whether the trace is sampled.
    pub(crate) fn context(&self) -> TraceContext {
        TraceContext { trace_id: self.trace.trace_id, span_id: self.id, sampled: self.trace.sampled }
    }

    /// Whether spans below it could be kept.
    pub(crate) fn is_recorded(&self) -> bool {
        self.trace.recording
    }

    /// Records a span below it that has ended, and says its id. `record` makes it of its id and that of the span
    /// above.
    pub(crate) fn record(&self, record: impl FnOnce(u64, u64) -> Record) -> u64 {
        let id = STACK.try_with(|stack| stack.borrow_mut().ids().span());
        let id = id.unwrap_or_else(|_| Ids::new().span());
        self.trace.ended(record(id, self.id));
        id
    }

    /// Makes it the span that this thread is in, until the guard is dropped.
    pub(crate) fn enter(&self) -> Entered {
        // Nobody ends it: the span is recorded where it began. Its own parent, which says so.
        let trace = Arc::clone(&self.trace);
        let mut active = Active { trace, id: self.id, parent: self.id, root: false, extra: None };
        active.resume();
        Entered { active, on_this_thread: PhantomData }
    }
}

/// Keeps a thread in a span that is another's. From [`Handle::enter`].
#[derive(Debug)]
pub(crate) struct Entered {
    active: Active,
    /// Dropping it on another thread would leave a span there.
    on_this_thread: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.active.suspend();
    }
}

/// For requests, whose spans nobody describes beforehand.
#[cfg(feature = "tower")]
impl Active {
    /// The trace and span, and whether the trace is sampled.
    pub(crate) fn context(&self) -> TraceContext {
        TraceContext { trace_id: self.trace.trace_id, span_id: self.id, sampled: self.trace.sampled }
    }

    /// Whether it could be kept.
    pub(crate) fn is_recorded(&self) -> bool {
        self.trace.recording
    }

    /// It has ended. `describe` is asked for its name and attributes where it could be kept: of a local root, only if
    /// it is.
    pub(crate) fn end_described(
        self,
        origin: Origin,
        times: (u64, u64),
        ended: Ended,
        describe: impl FnOnce(&mut Extra, &Limits),
    ) {
        let Active { trace, id, parent, root, extra } = self;
        if trace.recording {
            let (start, end) = times;
            let mut record = Record { origin, id, parent, start, end, ended, series: 0, extra };
            let limits = &trace.tracer.limits;
            let describe =
                |record: &mut Record| describe(record.extra.get_or_insert_with(spare::extra), limits);
            match root {
                true => trace.end_with(record, describe),
                false => {
                    describe(&mut record);
                    trace.ended(record);
                }
            }
        }
        if root {
            let _ = STACK.try_with(|stack| stack.borrow_mut().spare(trace));
        }
    }
}
