//! A future whose polls are one observed call.

use super::site::Clock;
use super::spans::{self, End, Open, Prepared};
use super::{Class, LabelIndex, Live, Outcome, Reader, SeriesRef, Site};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A call of a function that returns a future. Dropped before that is ready, it counts as `cancelled`,
/// or as `panic` if a poll is what ended it.
#[must_use]
#[derive(Debug)]
pub struct AsyncCall<const METRICS: bool> {
    live: &'static Live,
    start: u64,
    series: SeriesRef,
    spans: Option<Box<Open>>,
    /// Set while the function's own code runs: in the statements before its future, and during a poll. Only a
    /// panic ends the call there.
    running: bool,
    finished: bool,
}

/// As [`enter`](super::enter), for a future.
#[inline(always)]
pub fn enter_async(site: &'static Site) -> AsyncCall<true> {
    let live = site.live();
    let wanted = live.wanted();
    let spans = if wanted.any() { spans::open_bare(live, wanted) } else { None };
    start(live, live.labelled(&[]), spans)
}

/// As [`enter_with`](super::enter_with), for a future.
#[inline(always)]
pub fn enter_async_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Prepared,
) -> AsyncCall<true> {
    let live = site.live();
    let spans = if live.wanted().any() { spans::open(span()) } else { None };
    start(live, live.labelled(&labels), spans)
}

/// As [`enter_fields`](super::enter_fields), for a future.
#[inline(always)]
pub fn enter_async_fields(site: &'static Site, span: impl FnOnce() -> Prepared) -> AsyncCall<true> {
    let live = site.live();
    let spans = if live.wanted().any() { spans::open(span()) } else { None };
    start(live, live.labelled(&[]), spans)
}

/// As [`enter_span`](super::enter_span), for a future.
#[inline(always)]
pub fn enter_async_span(site: &'static Site, span: impl FnOnce() -> Prepared) -> AsyncCall<false> {
    let live = site.live();
    let spans = if live.wanted().any() { spans::open(span()) } else { None };
    start(live, live.labelled(&[]), spans)
}

#[inline(always)]
fn start<const M: bool>(live: &'static Live, series: SeriesRef, spans: Option<Box<Open>>) -> AsyncCall<M> {
    let start = live.begin::<M>(spans.is_some());
    AsyncCall { live, series, spans, running: true, finished: false, start }
}

impl<const M: bool> AsyncCall<M> {
    /// Ends the call with what its output says, inside of its spans.
    #[inline(always)]
    fn end(&mut self, class: Class) {
        let outcome = self.live.outcome::<M>(class, self.series.at);
        self.close(class, outcome);
    }

    #[cold]
    fn abandon(&mut self) {
        let outcome = if self.running { Outcome::Panic } else { Outcome::Cancelled };
        self.close(Class::Ok, outcome);
    }

    /// Counts the end inside of the spans, where an exemplar finds its trace, and ends them.
    #[inline(always)]
    fn close(&mut self, class: Class, outcome: Outcome) {
        self.finished = true;
        match self.spans.take() {
            None => drop(self.live.end::<M>(self.start, self.series, outcome, Clock::Calls)),
            Some(spans) => self.close_spans(spans, class, outcome),
        }
    }

    #[cold]
    fn close_spans(&mut self, mut spans: Box<Open>, class: Class, outcome: Outcome) {
        if !self.running {
            spans.resume();
        }
        let end = self.live.end::<M>(self.start, self.series, outcome, spans.clock());
        spans.suspend();
        let (ended, series) = (End::how(class, outcome), Live::series(self.series.at, outcome));
        spans.end(self.live, End { start: self.start, end, ended, series });
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
    if let Some(spans) = &mut call.spans {
        spans.resume();
    }
    let call = Polling(call);
    let output = inner.poll(context);
    match &output {
        // A future that is polled after it was ready panics by itself, or does not care.
        Poll::Ready(output) if !call.0.finished => call.0.end(class(output)),
        _ => {
            if let Some(spans) = &mut call.0.spans {
                spans.suspend();
            }
        }
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
        }
    }
}
