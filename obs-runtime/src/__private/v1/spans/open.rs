//! The spans of a call whose future is polled.
//!
//! The first poll is like a call that ends on its thread, and most futures are ready by then: where the call
//! starts with that poll, its span is on the thread's stack. Only a future that is pending takes its spans along,
//! in a box of its own.

use super::{End, Prepared, SEEN, Spans, bare, exemplify};
use crate::attention::RECORDED;
use crate::private::span::{self, Span};
use crate::private::{Live, Site};
use crate::trace::record::{Named, Origin};
use crate::trace::thread::{self, Above, Active, SpanId};
use std::cell::RefCell;

/// The spans of a call whose future goes from thread to thread. Boxed: nearly all futures have none.
#[derive(Debug)]
pub(crate) struct Open {
    span: Option<Span>,
    active: Option<Active>,
    /// Whether nobody has entered it yet, and the first poll can do that as if the call began there.
    fresh: bool,
}

/// The spans of a call that starts with the first poll of its future.
#[derive(Debug, Default)]
pub(crate) struct Begun {
    /// The span that this thread is in, until the poll ends.
    pub(crate) here: Option<SpanId>,
    /// Those that are entered with each poll, the first included.
    pub(crate) open: Option<Box<Open>>,
}

/// Begins the spans of a call that is polled next, if anybody wants them.
#[inline(never)]
pub(crate) fn begin_bare(site: &'static Site, wanted: Spans) -> Begun {
    let live = site.live();
    if wanted.has(SEEN) {
        return Begun { here: None, open: open(bare(live, wanted)) };
    }
    let recorded = wanted.has(RECORDED) && live.desc.spans;
    Begun { here: if recorded { thread::enter_bare() } else { None }, open: None }
}

/// The same for prepared spans.
pub(crate) fn begin(prepared: Prepared) -> Begun {
    match prepared {
        // One that a subscriber sees is kept by whoever is polled.
        Prepared { span: None, wanted, above, extra } if wanted.has(RECORDED) => {
            Begun { here: thread::enter(above, extra), open: None }
        }
        prepared => Begun { here: None, open: open(prepared) },
    }
}

/// Enters the span of a call that started before its future is polled, if this is the first poll: from here on, it is
/// as that of a call that starts with it.
#[inline(never)]
pub(crate) fn first(open: &mut Option<Box<Open>>) -> Option<SpanId> {
    let open = open.take_if(|open| open.fresh)?;
    open.emptied()?.enter()
}

/// Leaves the spans after a poll. What is `open` by then goes on with the future.
#[inline(never)]
pub(crate) fn pause(here: Option<SpanId>, open: &mut Option<Box<Open>>) {
    if let Some(id) = here {
        *open = Active::taken(id, |active| Open::recorded(active, false));
    } else if let Some(open) = open {
        open.suspend();
    }
}

/// Ends the span of a call that ends in the first poll. Whoever keeps its trace leaves an exemplar of it.
#[inline(never)]
pub(crate) fn close_here(site: &'static Site, id: SpanId, end: &End) {
    let live = site.live();
    live.tell_slow(end, || thread::fields_of(id).unwrap_or_default());
    thread::leave_span(id, Origin::Function(live), end.start, end.end, end.ended, end.series());
}

/// Ends the spans of any other call, which the thread is in. Inside of them, an exemplar finds its trace.
#[inline(never)]
pub(crate) fn close<const METRICS: bool>(
    site: &'static Site,
    wanted: Spans,
    open: &mut Option<Box<Open>>,
    end: &End,
) {
    let (live, open) = (site.live(), open.take());
    let recorded = open.as_ref().is_some_and(|open| open.active.is_some());
    exemplify::<METRICS>(live, wanted.kept(recorded), end);
    live.tell_slow(end, || open.as_ref().map(|open| open.fields()).unwrap_or_default());
    if let Some(mut open) = open {
        open.suspend();
        open.end(live, end);
    }
}

/// The spans of a future's call, if anybody wants them.
#[inline(never)]
pub(crate) fn open_bare(site: &'static Site, wanted: Spans) -> Option<Box<Open>> {
    let live = site.live();
    if wanted.has(SEEN) {
        return open(bare(live, wanted));
    }
    let active = if live.desc.spans { thread::begin(Above::Current, None)? } else { return None };
    Some(Open::recorded(active, true))
}

/// Prepared spans, for a future.
pub(crate) fn open(prepared: Prepared) -> Option<Box<Open>> {
    let Prepared { wanted, span, above, extra } = prepared;
    let active = if wanted.has(RECORDED) { thread::begin(above, extra) } else { None };
    match (span, active) {
        (None, None) => None,
        (None, Some(active)) => Some(Open::recorded(active, true)),
        (span, active) => Some(Box::new(Open { span, active, fresh: false })),
    }
}

thread_local! {
    /// Boxes whose futures have ended, for the next: asking for one and giving it back costs more than all that is done
    /// with it.
    #[expect(clippy::vec_box)]
    static SPARE: RefCell<Vec<Box<Open>>> = const { RefCell::new(Vec::new()) };
}

/// How many boxes a thread keeps.
const SPARES: usize = 16;

impl Open {
    /// A call that is recorded, and that no subscriber sees.
    #[inline(always)]
    fn recorded(active: Active, fresh: bool) -> Box<Open> {
        let empty = SPARE.try_with(|spare| spare.borrow_mut().pop());
        match empty {
            Ok(Some(mut open)) => {
                open.active = Some(active);
                open.fresh = fresh;
                open
            }
            _ => Box::new(Open { span: None, active: Some(active), fresh }),
        }
    }

    /// What was in the box of a call that is recorded. The next one has the box.
    #[inline(always)]
    fn emptied(mut self: Box<Open>) -> Option<Active> {
        let active = self.active.take();
        // With the span of a subscriber, it is dropped where that may do anything.
        if self.span.is_none() {
            let _ = SPARE.try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.len() < SPARES {
                    spare.push(self);
                }
            });
        }
        active
    }

    /// The fields of a call that is recorded here.
    fn fields(&self) -> Vec<Named> {
        self.active.as_ref().map(Active::fields).unwrap_or_default()
    }

    /// Enters the spans for a poll.
    #[inline(never)]
    pub(crate) fn resume(&mut self) {
        if let Some(active) = &mut self.active {
            active.resume();
        }
        if let Some(span) = &self.span {
            span.with_subscriber(|(id, subscriber)| subscriber.enter(id));
        }
    }

    /// Leaves them after it.
    fn suspend(&mut self) {
        if let Some(span) = &self.span {
            span.with_subscriber(|(id, subscriber)| subscriber.exit(id));
        }
        if let Some(active) = &mut self.active {
            active.suspend();
        }
    }

    /// The call has ended.
    fn end(self: Box<Open>, live: &'static Live, end: &End) {
        if let Some(span) = &self.span {
            span::mark(span, end.ended.error_type());
        }
        if let Some(active) = self.emptied() {
            active.end(Origin::Function(live), end.start, end.end, end.ended, end.series());
        }
    }
}
