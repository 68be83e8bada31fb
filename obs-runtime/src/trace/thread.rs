//! Which span a thread is in.
//!
//! A stack of spans, and beside it one of the traces that they belong to, which is shorter: nearly all spans
//! belong to the trace of the one below. Everything here is a thread's own; what threads share is the
//! [`LocalTrace`] that a span ends in. No user code runs while the stacks are borrowed.

use super::fields::Addition;
use super::id::Ids;
#[cfg(feature = "testing")]
use super::inbox::Finished;
use super::local::LocalTrace;
use super::record::{Ended, Extra, Origin, Record};
use super::{GENERATION, installed};
use crate::context::TraceContext;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;

mod fields;
mod handle;

#[cfg(feature = "logs")]
pub(crate) use fields::all_fields;
pub(crate) use fields::fields;
pub(crate) use handle::{Entered, Handle, handle};

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
    extra: Option<Box<Extra>>,
}

impl Frame {
    /// Whether it stands for a span that is recorded elsewhere: a [`Handle`]'s is its own parent, which no other is.
    fn is_elsewhere(&self) -> bool {
        self.parent == self.id
    }
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

/// What is above a new span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Above {
    /// The span that the thread is in, if it is in any.
    #[default]
    Current,
    /// Nothing: the span is the first of a new trace.
    Nothing,
    /// A span elsewhere, whatever the thread is in.
    Remote(TraceContext),
}

/// Enters a span of a call that ends on this thread, after all those that are entered from now on. False
/// where it cannot be kept, because the thread is ending.
#[inline]
pub(crate) fn enter(above: Above, extra: Option<Box<Extra>>) -> bool {
    STACK.try_with(|stack| stack.borrow_mut().enter(above, extra)).unwrap_or(false)
}

/// Leaves the span that was entered last: it has ended.
#[inline]
pub(crate) fn leave(origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
    let _ = STACK.try_with(|stack| stack.borrow_mut().leave(origin, start, end, ended, series));
}

/// Begins a span that is entered with each poll of its future.
pub(crate) fn begin(above: Above, extra: Option<Box<Extra>>) -> Option<Active> {
    STACK.try_with(|stack| stack.borrow_mut().begin(above, extra)).ok().flatten()
}

impl Active {
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
                frame.extra.get_or_insert_default().add(addition, &self.trace.tracer.limits);
            }
        });
        if let Some(addition) = addition {
            self.extra.get_or_insert_default().add(addition, &self.trace.tracer.limits);
        }
    }

    /// What was recorded below it. It is not recorded itself.
    #[cfg(feature = "testing")]
    pub(super) fn records(self) -> Finished {
        self.trace.take()
    }

    /// The span has ended.
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

/// A span around everything that is captured: the beginning of a trace with a tracer of its own.
#[cfg(feature = "testing")]
pub(super) fn around(mut trace: LocalTrace) -> Option<Active> {
    let mut ids = Ids::new();
    trace.begin(ids.trace(), None);
    Some(Active { trace: Arc::new(trace), id: ids.span(), parent: 0, root: true, extra: None })
}

/// Adds something to the span that this thread is in, if it is in one that is recorded.
pub(crate) fn add(addition: Addition) {
    let _ = STACK.try_with(|stack| {
        let stack = &mut *stack.borrow_mut();
        if let (Some(frame), Some(trace)) = (stack.frames.last_mut(), stack.traces.last())
            && trace.recording
        {
            match frame.is_elsewhere() {
                true => trace.add(frame.id, addition),
                false => frame.extra.get_or_insert_default().add(addition, &trace.tracer.limits),
            }
        }
    });
}

/// The trace and span that this thread is in, and whether the trace is sampled.
pub(crate) fn current() -> Option<TraceContext> {
    STACK.try_with(|stack| stack.borrow().current()).ok().flatten()
}

/// A number unlike all others. Never zero.
pub(crate) fn random() -> u128 {
    STACK.try_with(|stack| stack.borrow_mut().ids().trace()).unwrap_or_else(|_| Ids::new().trace())
}

/// How deep this thread is in spans.
pub(crate) fn depth() -> usize {
    STACK.try_with(|stack| stack.borrow().frames.len()).unwrap_or(0)
}

/// Where a new span belongs.
#[derive(Clone, Copy, Debug)]
enum Parent {
    /// Below a span of the trace on top.
    Span(u64),
    /// Below a span elsewhere.
    Remote(TraceContext),
    /// In a trace of its own.
    None,
}

impl Stack {
    const fn new() -> Stack {
        Stack { frames: Vec::new(), traces: Vec::new(), ids: None, spare: Vec::new(), generation: 0 }
    }

    #[inline]
    fn ids(&mut self) -> &mut Ids {
        self.ids.get_or_insert_with(Ids::new)
    }

    /// Below an attached context, below the innermost span, or nowhere yet.
    #[inline]
    fn parent(&self, above: Above) -> Parent {
        match above {
            Above::Current => {}
            Above::Nothing => return Parent::None,
            Above::Remote(context) => return Parent::Remote(context),
        }
        if let Some(attached) = crate::context::attached_at(self.frames.len()) {
            return match self.traces.last() {
                Some(trace) if trace.trace_id == attached.trace_id => Parent::Span(attached.span_id),
                _ => Parent::Remote(attached),
            };
        }
        self.frames.last().map_or(Parent::None, |frame| Parent::Span(frame.id))
    }

    #[inline]
    fn enter(&mut self, above: Above, extra: Option<Box<Extra>>) -> bool {
        let (parent, brought) = match self.parent(above) {
            Parent::Span(parent) => (parent, false),
            parent => {
                let Some(trace) = self.local_root(parent) else { return false };
                let parent = trace.parent;
                self.traces.push(trace);
                (parent, true)
            }
        };
        let id = self.ids().span();
        self.frames.push(Frame { id, parent, brought, extra });
        true
    }

    #[inline]
    fn leave(&mut self, origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
        let Some(Frame { id, parent, brought, extra }) = self.frames.pop() else { return };
        let Some(trace) = self.traces.last() else { return };
        if trace.recording {
            let record = Record { origin, id, parent, start, end, ended, series, extra };
            // Of calls that end on their thread, the one that brought the trace is its root.
            if brought { trace.end(record) } else { trace.ended(record) }
        }
        if brought && let Some(trace) = self.traces.pop() {
            self.spare(trace);
        }
    }

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

    fn resume(&mut self, active: &mut Active) {
        let brought = !self.traces.last().is_some_and(|trace| Arc::ptr_eq(trace, &active.trace));
        if brought {
            self.traces.push(Arc::clone(&active.trace));
        }
        self.frames.push(Frame { id: active.id, parent: active.parent, brought, extra: active.extra.take() });
    }

    /// Spans of other libraries are not always left in the reverse order of their entering.
    fn suspend(&mut self, active: &mut Active) {
        let Some(at) = self.frames.iter().rposition(|frame| frame.id == active.id) else { return };
        let frame = self.frames.remove(at);
        if let Some(extra) = frame.extra {
            match &mut active.extra {
                None => active.extra = Some(extra),
                Some(more) => more.absorb(*extra, &active.trace.tracer.limits),
            }
        }
        if frame.brought {
            match self.frames.get_mut(at) {
                // The next one in is on the same trace, and now it is the one that brought it.
                Some(next) if !next.brought => next.brought = true,
                _ => {
                    let bringers = self.frames[..at].iter().filter(|frame| frame.brought).count();
                    self.traces.remove(bringers);
                }
            }
        }
    }

    /// A trace that begins here; `None` if there is no tracer any more.
    fn local_root(&mut self, parent: Parent) -> Option<Arc<LocalTrace>> {
        let generation = GENERATION.load(Ordering::Relaxed);
        if self.generation != generation {
            self.spare.clear();
            self.generation = generation;
        }
        // Whoever captures a trace captures those that begin inside of it.
        let capturing = self.traces.last().map(|trace| &trace.tracer).filter(|tracer| tracer.captures);
        let mut trace = match (capturing, self.spare.pop()) {
            (Some(tracer), _) => Arc::new(LocalTrace::new(Arc::clone(tracer))),
            (None, Some(trace)) => trace,
            (None, None) => Arc::new(LocalTrace::new(installed()?)),
        };
        let (id, remote) = match parent {
            Parent::Remote(context) => (context.trace_id, Some((context.span_id, context.sampled))),
            Parent::None | Parent::Span(_) => (self.ids().trace(), None),
        };
        // Only those that nobody shares are spared.
        Arc::get_mut(&mut trace)?.begin(id, remote);
        Some(trace)
    }

    /// Keeps a trace's memory for the next one, if no span of it is left anywhere.
    fn spare(&mut self, mut trace: Arc<LocalTrace>) {
        if self.spare.len() < SPARE
            && self.generation == GENERATION.load(Ordering::Relaxed)
            && !trace.tracer.captures
            && Arc::get_mut(&mut trace).is_some()
        {
            self.spare.push(trace);
        }
    }

    fn current(&self) -> Option<TraceContext> {
        let (frame, trace) = (self.frames.last()?, self.traces.last()?);
        Some(TraceContext { trace_id: trace.trace_id, span_id: frame.id, sampled: trace.sampled })
    }
}
