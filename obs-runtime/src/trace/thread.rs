//! Which span a thread is in.
//!
//! A stack of spans, and beside it one of the traces that they belong to, which is shorter: nearly all spans
//! belong to the trace of the one below. Everything here is a thread's own; what threads share is the
//! [`LocalTrace`] that a span ends in. No user code runs while the stacks are borrowed.

use super::fields::Addition;
use super::id::Ids;
use super::local::LocalTrace;
use super::record::{Ended, Extra, Origin, Record};
use super::spare;
use super::tracer::Limits;
use super::{GENERATION, installed};
use crate::context::TraceContext;
use std::cell::RefCell;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::Ordering;

mod active;
mod fields;
mod handle;

#[cfg(feature = "testing")]
pub(super) use active::around;
pub(crate) use active::{Active, begin};
#[cfg(feature = "logs")]
pub(crate) use fields::each_field;
#[cfg(feature = "tracing-subscriber")]
pub(crate) use fields::is_recording;
pub(crate) use fields::{fields, fields_of};
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
    /// The tracer's generation that `ids` and `spare` are of.
    generation: u32,
}

/// A span that this thread is in.
#[derive(Debug)]
struct Frame {
    id: u64,
    parent: u64,
    /// Whether it was entered here for good. Others are an [`Active`]'s, or a [`Handle`]'s, and only visit.
    here: bool,
    /// Whether it is the local root of its trace. Of those that visit, their [`Active`] knows.
    root: bool,
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

/// A span's id. No span has the id zero.
pub(crate) type SpanId = NonZeroU64;

/// Enters a span, after all those that are entered from now on: it ends on this thread, or is
/// [taken away](Active::taken) from it. `None` where it cannot be kept, because the thread is ending.
#[inline]
pub(crate) fn enter(above: Above, extra: Option<Box<Extra>>) -> Option<SpanId> {
    STACK.try_with(|stack| stack.borrow_mut().enter(above, extra)).ok().flatten()
}

/// The same for a span that nothing is known of.
#[inline]
pub(crate) fn enter_bare() -> Option<SpanId> {
    STACK.try_with(|stack| stack.borrow_mut().enter(Above::Current, None)).ok().flatten()
}

/// Leaves the span that was entered last: it has ended.
#[inline]
pub(crate) fn leave(origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
    let _ = STACK.try_with(|stack| stack.borrow_mut().leave(origin, start, end, ended, series));
}

/// Leaves this span, wherever it is: it has ended.
#[inline]
pub(crate) fn leave_span(id: SpanId, origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
    let left = STACK.try_with(|stack| {
        let stack = &mut *stack.borrow_mut();
        let last = stack.frames.last().is_some_and(|frame| frame.here && frame.id == id.get());
        if last {
            stack.leave(origin, start, end, ended, series);
        }
        last
    });
    if left == Ok(false)
        && let Some(active) = Active::taken(id, |active| active)
    {
        active.end(origin, start, end, ended, series);
    }
}

/// Adds something to the span that this thread is in, if it is in one that is recorded.
pub(crate) fn add(addition: Addition) {
    add_if(|trace| trace.recording, addition);
}

/// Adds something to the span that this thread is in, which lines show that are written meanwhile, whether or not the
/// span is recorded.
pub(crate) fn note(addition: Addition) {
    add_if(|_| true, addition);
}

fn add_if(wanted: impl FnOnce(&LocalTrace) -> bool, addition: Addition) {
    let _ = STACK.try_with(|stack| {
        let stack = &mut *stack.borrow_mut();
        if let (Some(frame), Some(trace)) = (stack.frames.last_mut(), stack.traces.last())
            && wanted(trace)
        {
            match frame.is_elsewhere() {
                true if !trace.recording => {}
                true => trace.add(frame.id, addition),
                false => frame.extra.get_or_insert_with(spare::extra).add(addition, &trace.tracer.limits),
            }
        }
    });
}

/// The trace and span that this thread is in, and whether the trace is sampled.
pub(crate) fn current() -> Option<TraceContext> {
    STACK.try_with(|stack| stack.borrow().current()).ok().flatten()
}

/// The limits of the spans that are recorded here now. Threads that record find them in what is their own, and meet
/// at nothing.
pub(crate) fn limits() -> Limits {
    let own = STACK.try_with(|stack| stack.borrow().limits()).ok().flatten();
    own.or_else(|| Some(installed()?.limits)).unwrap_or_default()
}

/// A number unlike all others. Never zero.
pub(crate) fn random() -> u128 {
    let made = STACK.try_with(|stack| {
        let stack = &mut *stack.borrow_mut();
        stack.heed_generation();
        stack.ids().trace()
    });
    made.unwrap_or_else(|_| Ids::new().trace())
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

    #[inline(always)]
    fn enter(&mut self, above: Above, extra: Option<Box<Extra>>) -> Option<SpanId> {
        let (parent, root) = match self.parent(above) {
            Parent::Span(parent) => (parent, false),
            parent => {
                let trace = self.local_root(parent)?;
                let parent = trace.parent;
                self.traces.push(trace);
                (parent, true)
            }
        };
        let id = self.ids().span();
        self.frames.push(Frame { id, parent, here: true, root, brought: root, extra });
        SpanId::new(id)
    }

    #[inline(always)]
    fn leave(&mut self, origin: Origin, start: u64, end: u64, ended: Ended, series: u32) {
        let Some(frame) = self.frames.pop() else { return };
        let Some(trace) = self.traces.last() else { return };
        let brought = frame.brought;
        if trace.recording {
            let Frame { id, parent, root, extra, .. } = frame;
            let record = Record { origin, id, parent, start, end, ended, series, extra };
            if root { trace.end(record) } else { trace.ended(record) }
        } else if let Some(extra) = frame.extra {
            spare::leave(extra);
        }
        if brought && let Some(trace) = self.traces.pop() {
            self.spare(trace);
        }
    }

    /// Takes a frame out, wherever it is: spans of other libraries are not always left in the reverse order of
    /// their entering. Its trace comes along, unless somebody above it is in the same one.
    #[inline(always)]
    fn remove(&mut self, at: usize) -> Option<(Frame, Option<Arc<LocalTrace>>)> {
        if at + 1 < self.frames.len() {
            return self.remove_below(at);
        }
        let frame = self.frames.pop()?;
        let trace = if frame.brought { self.traces.pop() } else { None };
        Some((frame, trace))
    }

    #[cold]
    fn remove_below(&mut self, at: usize) -> Option<(Frame, Option<Arc<LocalTrace>>)> {
        let of = self.trace_of(at)?;
        let frame = self.frames.remove(at);
        let trace = match self.frames.get_mut(at) {
            _ if !frame.brought => None,
            // The next one in is on the same trace, and now it is the one that brought it.
            Some(next) if !next.brought => {
                next.brought = true;
                None
            }
            _ => Some(self.traces.remove(of)),
        };
        Some((frame, trace))
    }

    /// Which of the traces a frame is in.
    #[inline]
    fn trace_of(&self, at: usize) -> Option<usize> {
        let traces = match at + 1 == self.frames.len() {
            true => self.traces.len(),
            false => self.frames.iter().take(at + 1).filter(|frame| frame.brought).count(),
        };
        traces.checked_sub(1)
    }

    /// Where there is another tracer, its traces are not those that are spared. Nor are the ids, for it may be another
    /// process: one that was forked, which would make those of its parent.
    #[inline]
    fn heed_generation(&mut self) {
        let generation = GENERATION.load(Ordering::Relaxed);
        if self.generation != generation {
            self.spare.clear();
            self.ids = None;
            self.generation = generation;
        }
    }

    /// A trace that begins here; `None` if there is no tracer any more.
    fn local_root(&mut self, parent: Parent) -> Option<Arc<LocalTrace>> {
        self.heed_generation();
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

    /// Those of the trace that it is in, or else of the tracer that its last one was of.
    fn limits(&self) -> Option<Limits> {
        let last = || self.spare.last().filter(|_| self.generation == GENERATION.load(Ordering::Relaxed));
        Some(self.traces.last().or_else(last)?.tracer.limits)
    }

    fn current(&self) -> Option<TraceContext> {
        let (frame, trace) = (self.frames.last()?, self.traces.last()?);
        Some(TraceContext { trace_id: trace.trace_id, span_id: frame.id, sampled: trace.sampled })
    }
}

#[cfg(test)]
mod tests;
