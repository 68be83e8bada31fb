//! A future whose polls are one observed call.

use super::span::{self, Span};
use super::{Class, LabelIndex, Outcome, Reader, SeriesRef, Site};
use pin_project_lite::pin_project;
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A call of a function that returns a future. Dropped before that is ready, it counts as `cancelled`,
/// or as `panic` if a poll is what ended it.
#[must_use]
#[derive(Debug)]
pub struct AsyncCall<const METRICS: bool> {
    site: &'static Site,
    start: u64,
    series: SeriesRef,
    span: Option<Span>,
    /// Set while the function's own code runs: in the statements before its future, and during a poll. Only a
    /// panic ends the call there.
    running: bool,
    finished: bool,
}

// A future is as unwind safe as what the user's own code holds. Counts are atomic, and the span is only entered,
// marked and dropped.
impl<const M: bool> UnwindSafe for AsyncCall<M> {}
impl<const M: bool> RefUnwindSafe for AsyncCall<M> {}

/// As [`enter`](super::enter), for a future.
#[inline(always)]
pub fn enter_async(site: &'static Site) -> AsyncCall<true> {
    let span = if site.wants_span() { Some(span::bare(site)) } else { None };
    start(site, site.labelled(&[]), span)
}

/// As [`enter_with`](super::enter_with), for a future.
#[inline(always)]
pub fn enter_async_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Span,
) -> AsyncCall<true> {
    let span = if site.wants_span() { Some(span()) } else { None };
    start(site, site.labelled(&labels), span)
}

/// As [`enter_fields`](super::enter_fields), for a future.
#[inline(always)]
pub fn enter_async_fields(site: &'static Site, span: impl FnOnce() -> Span) -> AsyncCall<true> {
    let span = if site.wants_span() { Some(span()) } else { None };
    start(site, site.labelled(&[]), span)
}

/// As [`enter_span`](super::enter_span), for a future.
#[inline(always)]
pub fn enter_async_span(site: &'static Site, span: impl FnOnce() -> Span) -> AsyncCall<false> {
    let span = if site.wants_span() { Some(span()) } else { None };
    start(site, site.labelled(&[]), span)
}

#[inline(always)]
fn start<const M: bool>(site: &'static Site, series: SeriesRef, span: Option<Span>) -> AsyncCall<M> {
    AsyncCall { site, series, span, running: true, finished: false, start: site.begin::<M>() }
}

impl<const M: bool> AsyncCall<M> {
    #[inline(always)]
    fn end(&self, class: Class) {
        self.site.end::<M>(self.start, self.series, self.site.outcome::<M>(class, self.series.at));
        if let Some(span) = &self.span {
            span::mark(span, Ok(class));
        }
    }

    #[cold]
    fn abandon(&self) {
        let (outcome, word) =
            if self.running { (Outcome::Panic, "panic") } else { (Outcome::Cancelled, "cancelled") };
        // Entered, so that an exemplar finds the trace.
        let _entered = self.span.as_ref().map(Span::enter);
        self.site.end::<M>(self.start, self.series, outcome);
        if let Some(span) = &self.span {
            span::mark(span, Err(word));
        }
    }
}

impl<const M: bool> Drop for AsyncCall<M> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.finished {
            self.abandon();
        }
    }
}

pin_project! {
    /// Polls `inner` inside the call's span.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Observed<F, C, A> {
        // First, so that the call lasts until the future's own destructors have run.
        #[pin]
        inner: F,
        class: Option<C>,
        call: A,
    }
}

/// Observes a future; `class` reads its output.
#[inline(always)]
pub fn future<F, C, const M: bool>(mut call: AsyncCall<M>, inner: F, class: C) -> Observed<F, C, AsyncCall<M>>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    call.running = false;
    Observed { inner, class: Some(class), call }
}

impl<F, C, const M: bool> Future for Observed<F, C, AsyncCall<M>>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Taken: it is read once.
        let class = this.class;
        poll(this.call, this.inner, context, |output| match class.take() {
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
        call: Option<AsyncCall<true>>,
        site: &'static Site,
        reader: K,
    }
}

/// Observes a future from its first poll on; `reader` reads its output.
#[inline(always)]
pub fn deferred<F, K>(site: &'static Site, inner: F, reader: K) -> Deferred<F, K> {
    Deferred { inner, call: None, site, reader }
}

impl<F: Future, K: Reader<F::Output>> Future for Deferred<F, K> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let call = match this.call {
            Some(call) => call,
            None => this.call.insert(enter_async(this.site)),
        };
        poll(call, this.inner, context, K::read)
    }
}

/// One poll of a call's future.
#[inline(always)]
fn poll<F: Future, const M: bool>(
    call: &mut AsyncCall<M>,
    inner: Pin<&mut F>,
    context: &mut Context<'_>,
    class: impl FnOnce(&F::Output) -> Class,
) -> Poll<F::Output> {
    call.running = true;
    let call = Polling(call);
    let entered = call.0.span.as_ref().map(Span::enter);
    let output = inner.poll(context);
    if let Poll::Ready(output) = &output {
        // A future that is polled after it was ready panics by itself, or does not care.
        if !call.0.finished {
            call.0.end(class(output));
        }
    }
    drop(entered);
    if output.is_ready() {
        call.0.finished = true;
        // It closes now, however long the future is kept.
        call.0.span = None;
    }
    call.0.running = false;
    output
}

/// A poll in progress. One that unwinds ends the call, however long the future is kept.
struct Polling<'a, const M: bool>(&'a mut AsyncCall<M>);

impl<const M: bool> Drop for Polling<'_, M> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.0.running && !self.0.finished {
            self.0.abandon();
            self.0.finished = true;
            self.0.span = None;
        }
    }
}
