//! Which span a thread is in.
//!
//! A stack of spans, and beside it one of the traces that they belong to, which is shorter: nearly all spans
//! belong to the trace of the one below. Everything here is a thread's own; what threads share is the
//! [`LocalTrace`] that a span ends in.

use super::id::Ids;
use super::local::LocalTrace;
use super::record::{Ended, Extra, Origin, Record};
use super::{GENERATION, installed};
use crate::context::TraceContext;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Traces that ended and whose memory the next one of this thread takes.
const SPARE: usize = 4;

thread_local! {
    static STACK: RefCell<Stack> = const { RefCell::new(Stack::new()) };
}

/// The spans of a thread, innermost last.
#[derive(Debug)]
struct Stack {
    frames: Vec<Frame>,
    traces: Vec<Arc<LocalTrace>>,
    ids: Option<Ids>,
    spare: Vec<Arc<LocalTrace>>,
    /// The tracer's generation that `spare` is of.
    generation: u32,
}

/// A span that this thread is in.
#[derive(Debug)]
struct Frame {
    id: u64,
    parent: u64,
    /// Whether the trace on top of the other stack was put there by it.
    brought: bool,
    /// Whether the trace ends with it.
    root: bool,
    extra: Option<Box<Extra>>,
}

/// A span that goes from thread to thread, with its future.
#[derive(Debug)]
pub(crate) struct Active {
    trace: Arc<LocalTrace>,
    id: u64,
    parent: u64,
    root: bool,
    extra: Option<Box<Extra>>,
}

/// Enters a span of a call that ends on this thread, after all those that are entered from now on. False
/// where it cannot be kept, because the thread is ending.
#[inline]
pub(crate) fn enter() -> bool {
    STACK.try_with(|stack| stack.borrow_mut().enter()).unwrap_or(false)
}

/// Leaves the span that was entered last: it has ended.
#[inline]
pub(crate) fn leave(origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
    let _ = STACK.try_with(|stack| stack.borrow_mut().leave(origin, start, end, ended, series));
}

/// Begins a span that is entered with each poll of its future.
pub(crate) fn begin() -> Option<Active> {
    STACK.try_with(|stack| stack.borrow_mut().begin()).ok().flatten()
}

impl Active {
    /// Enters the span for a poll.
    #[inline]
    pub(crate) fn resume(&mut self) -> bool {
        let resume = |stack: &RefCell<Stack>| stack.borrow_mut().resume(self);
        STACK.try_with(resume).is_ok()
    }

    /// Leaves it after a poll that [`resume`](Active::resume) said yes to.
    #[inline]
    pub(crate) fn suspend(&mut self) {
        let _ = STACK.try_with(|stack| stack.borrow_mut().suspend(self));
    }

    /// The span has ended.
    pub(crate) fn end(self, origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
        let Active { trace, id, parent, root, extra } = self;
        if trace.recording {
            let record = Record { origin, id, parent, start, end, ended, series, extra };
            if root { trace.end(record) } else { trace.ended(record) }
        }
    }
}

/// The trace and span that this thread is in, and whether the trace is sampled.
pub(crate) fn current() -> Option<TraceContext> {
    STACK.try_with(|stack| stack.borrow().current()).ok().flatten()
}

/// How deep this thread is in spans.
pub(crate) fn depth() -> usize {
    STACK.try_with(|stack| stack.borrow().frames.len()).unwrap_or(0)
}

impl Stack {
    const fn new() -> Stack {
        Stack { frames: Vec::new(), traces: Vec::new(), ids: None, spare: Vec::new(), generation: 0 }
    }

    #[inline]
    fn ids(&mut self) -> &mut Ids {
        self.ids.get_or_insert_with(Ids::new)
    }

    /// Where a new span belongs: below an attached context, below the innermost span, or nowhere yet.
    #[inline]
    fn parent(&self) -> Parent {
        if let Some(attached) = crate::context::attached_at(self.frames.len()) {
            return match self.traces.last() {
                Some(trace) if trace.trace_id == attached.trace_id => Parent::Span(attached.span_id),
                _ => Parent::Remote(attached),
            };
        }
        self.frames.last().map_or(Parent::None, |frame| Parent::Span(frame.id))
    }

    #[inline]
    fn enter(&mut self) -> bool {
        let (parent, brought) = match self.parent() {
            Parent::Span(parent) => (parent, false),
            above => {
                let Some(trace) = self.local_root(above) else { return false };
                let parent = trace.parent;
                self.traces.push(trace);
                (parent, true)
            }
        };
        let id = self.ids().span();
        self.frames.push(Frame { id, parent, brought, root: brought, extra: None });
        true
    }

    #[inline]
    fn leave(&mut self, origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
        let Some(Frame { id, parent, brought, root, extra }) = self.frames.pop() else { return };
        let Some(trace) = self.traces.last() else { return };
        if trace.recording {
            let record = Record { origin, id, parent, start, end, ended, series, extra };
            if root { trace.end(record) } else { trace.ended(record) }
        }
        if brought && let Some(trace) = self.traces.pop() {
            self.spare(trace);
        }
    }

    fn begin(&mut self) -> Option<Active> {
        let (trace, parent, root) = match self.parent() {
            Parent::Span(parent) => (Arc::clone(self.traces.last()?), parent, false),
            above => {
                let trace = self.local_root(above)?;
                let parent = trace.parent;
                (trace, parent, true)
            }
        };
        Some(Active { trace, id: self.ids().span(), parent, root, extra: None })
    }

    fn resume(&mut self, active: &mut Active) {
        let brought = !self.traces.last().is_some_and(|trace| Arc::ptr_eq(trace, &active.trace));
        if brought {
            self.traces.push(Arc::clone(&active.trace));
        }
        let Active { id, parent, .. } = *active;
        // Not a root: the future ends its trace itself.
        self.frames.push(Frame { id, parent, brought, root: false, extra: active.extra.take() });
    }

    fn suspend(&mut self, active: &mut Active) {
        let Some(frame) = self.frames.pop() else { return };
        active.extra = frame.extra;
        if frame.brought {
            self.traces.pop();
        }
    }

    /// A trace that begins here; `None` if there is no tracer any more.
    fn local_root(&mut self, above: Parent) -> Option<Arc<LocalTrace>> {
        let generation = GENERATION.load(Ordering::Relaxed);
        if self.generation != generation {
            self.spare.clear();
            self.generation = generation;
        }
        let mut trace = match self.spare.pop() {
            Some(trace) => trace,
            None => Arc::new(LocalTrace::new(installed()?)),
        };
        let (id, remote) = match above {
            Parent::Remote(context) => (context.trace_id, Some((context.span_id, context.sampled))),
            Parent::None | Parent::Span(_) => (self.ids().trace(), None),
        };
        // Only those that nobody shares are spared.
        Arc::get_mut(&mut trace)?.begin(id, remote);
        Some(trace)
    }

    /// Keeps a trace's memory for the next one, if no span of it is left anywhere.
    fn spare(&mut self, mut trace: Arc<LocalTrace>) {
        if self.spare.len() < SPARE && Arc::get_mut(&mut trace).is_some() {
            self.spare.push(trace);
        }
    }

    fn current(&self) -> Option<TraceContext> {
        let (frame, trace) = (self.frames.last()?, self.traces.last()?);
        Some(TraceContext { trace_id: trace.trace_id, span_id: frame.id, sampled: trace.sampled })
    }
}

/// What is above a new span.
#[derive(Clone, Copy, Debug)]
enum Parent {
    /// A span of the trace on top.
    Span(u64),
    /// A span elsewhere.
    Remote(TraceContext),
    /// Nothing.
    None,
}
