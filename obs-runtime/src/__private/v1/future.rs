//! A future whose polls are one observed call.
//!
//! While it is polled, a call is numbers in registers and a span on the thread's stack, as it is in a function that
//! is no future: nearly all that there is to pay for is paid by those that are pending.

use super::spans::{self, End, Open, Spans};
use super::{Class, Live, Outcome, Reader, SeriesRef, Site};
use crate::cells::Slot;
use crate::label::Combination;
use crate::trace::thread::SpanId;
use pin_project_lite::pin_project;
use std::future::Future;
use std::mem::{self, ManuallyDrop};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

mod enter;

pub use enter::{
    AsyncCall, Awaited, enter_async, enter_async_fields, enter_async_span, enter_async_with, enter_awaited,
    enter_awaited_fields, enter_awaited_span, enter_awaited_with,
};

/// How far a future's call is. Dropped before it is over, it counts as `cancelled`.
///
/// It is in every future of every observed function, so it takes no more room than it has to.
#[derive(Debug)]
pub struct Progress<const METRICS: bool> {
    site: &'static Site,
    /// The spans of a call that has been pending, or that a subscriber sees. Whoever ends the call takes them, so
    /// that futures without them need not look when they are dropped.
    open: ManuallyDrop<Option<Box<Open>>>,
    call: Known,
}

/// What is known of a call.
#[derive(Clone, Copy, Debug)]
struct Known {
    start: u64,
    slots: &'static [Slot; 4],
    /// The number of the series' combination. One that is larger has no series of its own.
    at: u32,
    wanted: Spans,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The call starts with the first poll. There is no more to know of it.
    Unpolled,
    /// The call has started, and nobody polls its future now.
    Idle,
    /// The call has ended, or a poll is what will end it.
    Over,
}

impl Known {
    #[inline(always)]
    fn new(start: u64, SeriesRef { slots, at }: SeriesRef, wanted: Spans) -> Known {
        Known { start, slots, at: u32::try_from(at.number()).unwrap_or(u32::MAX), wanted, stage: Stage::Idle }
    }

    #[inline(always)]
    fn series(self) -> SeriesRef {
        SeriesRef { slots: self.slots, at: Combination::numbered(self.at as usize) }
    }
}

// A future is as unwind safe as what the user's own code holds. Counts are atomic, and the span is only entered,
// marked and dropped.
impl<const M: bool> UnwindSafe for Progress<M> {}
impl<const M: bool> RefUnwindSafe for Progress<M> {}

impl<const M: bool> Progress<M> {
    /// A call that starts with the first poll.
    #[inline(always)]
    fn unpolled(site: &'static Site) -> Progress<M> {
        let call = Known { stage: Stage::Unpolled, ..Known::new(0, site.labelled(&[]), Spans::NONE) };
        Progress { site, open: ManuallyDrop::new(None), call }
    }

    /// A call that has started.
    #[inline(always)]
    fn idle(site: &'static Site, call: Known, open: Option<Box<Open>>) -> Progress<M> {
        Progress { site, open: ManuallyDrop::new(open), call }
    }

    /// Goes on with a call that is not over. Where the thread is in its span already, that is `here`.
    #[inline(always)]
    fn go_on(&mut self, here: Option<SpanId>) -> Polling<'_, M> {
        // A future that is polled after it was ready panics by itself, or does not care.
        let over = mem::replace(&mut self.call.stage, Stage::Over) != Stage::Idle;
        let mut polling = Polling { call: self.call, progress: self, here, over };
        polling.resume();
        polling
    }

    /// Ends a call that nobody polls.
    #[cold]
    #[inline(never)]
    fn abandon(&mut self, outcome: Outcome) {
        if mem::replace(&mut self.call.stage, Stage::Over) == Stage::Idle {
            if let Some(open) = &mut *self.open {
                open.resume();
            }
            self.close(self.call, None, Class::Ok, outcome);
        }
    }

    /// Ends the call, whose spans are entered.
    #[inline(always)]
    fn close(&mut self, call: Known, here: Option<SpanId>, class: Class, outcome: Outcome) {
        let (Known { start, wanted, .. }, series) = (call, call.series());
        let end = self.site.end::<M>(start, series, outcome, wanted.any());
        if wanted.any() {
            let (ended, series) = (End::how(class, outcome), Live::series(series.at, outcome));
            let end = End { start, end, ended, series };
            match here {
                Some(id) => spans::close_here(self.site, id, &end),
                None => spans::close::<M>(self.site, wanted, &mut self.open, &end),
            }
        }
    }
}

impl<const M: bool> Drop for Progress<M> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.call.stage == Stage::Idle {
            self.abandon(Outcome::Cancelled);
        }
    }
}

/// A call while its future is polled. A poll that unwinds ends it, however long the future is kept.
///
/// Nothing takes its address, so that it is numbers in registers.
struct Polling<'a, const METRICS: bool> {
    progress: &'a mut Progress<METRICS>,
    call: Known,
    /// The span of a first poll, which the thread has entered for it.
    here: Option<SpanId>,
    over: bool,
}

impl<const M: bool> Polling<'_, M> {
    /// Enters the spans that the thread is not in.
    #[inline(always)]
    fn resume(&mut self) {
        if let Some(open) = &mut *self.progress.open {
            open.resume();
        }
    }

    /// The future is ready.
    #[inline(always)]
    fn finish(&mut self, class: Class) {
        let outcome = self.progress.site.outcome::<M>(class, self.call.series().at);
        self.over = true;
        self.progress.close(self.call, self.here, class, outcome);
    }

    /// The future is pending: the thread goes on with other work.
    #[inline(always)]
    fn pause(&mut self) {
        self.over = true;
        if self.call.wanted.spans() {
            spans::pause(self.here, &mut self.progress.open);
        }
        self.progress.call = Known { stage: Stage::Idle, ..self.call };
    }
}

impl<const M: bool> Drop for Polling<'_, M> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.over {
            panicked(self.progress, self.call, self.here);
        }
    }
}

/// Ends a call whose poll unwinds.
#[cold]
#[inline(never)]
fn panicked<const M: bool>(progress: &mut Progress<M>, call: Known, here: Option<SpanId>) {
    progress.close(call, here, Class::Ok, Outcome::Panic);
}

pin_project! {
    /// Polls `inner` inside the call's span.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Observed<F, C, P> {
        // First, so that the call lasts until the future's own destructors have run.
        #[pin]
        inner: F,
        class: Option<C>,
        progress: P,
        // The span that the first poll finds this thread in.
        here: Option<SpanId>,
    }
}

/// Observes a future; `class` reads its output.
#[inline(always)]
pub fn future<F, C, const M: bool>(call: AsyncCall<M>, inner: F, class: C) -> Observed<F, C, Progress<M>>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    Observed { inner, class: Some(class), progress: call.begun(), here: None }
}

/// Observes a future that is awaited in the same expression; `class` reads its output.
#[inline(always)]
pub fn awaited<F, C, const M: bool>(call: Awaited<M>, inner: F, class: C) -> Observed<F, C, Progress<M>>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    let Awaited { progress, here } = call;
    Observed { inner, class: Some(class), progress, here }
}

impl<F, C, const M: bool> Future for Observed<F, C, Progress<M>>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Taken: both are there once.
        let (mut here, class) = (this.here.take(), this.class);
        if this.progress.open.is_some() {
            here = spans::first(&mut this.progress.open);
        }
        poll(this.progress.go_on(here), this.inner, context, |output| match class.take() {
            Some(class) => class(output),
            None => Class::Ok,
        })
    }
}

pin_project! {
    /// An `async fn`'s future, whose call starts when it is first polled.
    ///
    /// The function returns it as it is, where `.await` in an `async fn` would be a second state machine
    /// for the compiler to build and for every poll to go through.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Deferred<F, K> {
        // First, so that the call lasts until the future's own destructors have run.
        #[pin]
        inner: F,
        progress: Progress<true>,
        reader: K,
    }
}

/// Observes a future from its first poll on; `reader` reads its output.
#[inline(always)]
pub fn deferred<F, K>(site: &'static Site, inner: F, reader: K) -> Deferred<F, K> {
    Deferred { inner, progress: Progress::unpolled(site), reader }
}

impl<F: Future, K: Reader<F::Output>> Future for Deferred<F, K> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let call = match this.progress.call.stage {
            Stage::Unpolled => enter::polling(this.progress),
            _ => this.progress.go_on(None),
        };
        poll(call, this.inner, context, K::read)
    }
}

/// One poll of a call's future.
#[inline(always)]
fn poll<F: Future, const M: bool>(
    mut call: Polling<'_, M>,
    inner: Pin<&mut F>,
    context: &mut Context<'_>,
    class: impl FnOnce(&F::Output) -> Class,
) -> Poll<F::Output> {
    let output = inner.poll(context);
    if !call.over {
        match &output {
            Poll::Ready(output) => call.finish(class(output)),
            Poll::Pending => call.pause(),
        }
    }
    output
}
