//! A future whose polls are one observed call.

use super::spans::{self, End, Open, Prepared, Spans};
use super::{Class, LabelIndex, Live, Outcome, Reader, SeriesRef, Site};
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
    wanted: Spans,
    spans: Option<Box<Open>>,
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
    let wanted = site.wanted();
    let spans = if wanted.spans() { spans::open_bare(site, wanted) } else { None };
    start(site, site.labelled(&[]), wanted, spans)
}

/// As [`enter_with`](super::enter_with), for a future.
#[inline(always)]
pub fn enter_async_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Prepared,
) -> AsyncCall<true> {
    let wanted = site.wanted();
    let spans = if wanted.spans() { spans::open(span()) } else { None };
    start(site, site.labelled(&labels), wanted, spans)
}

/// As [`enter_fields`](super::enter_fields), for a future.
#[inline(always)]
pub fn enter_async_fields(site: &'static Site, span: impl FnOnce() -> Prepared) -> AsyncCall<true> {
    let wanted = site.wanted();
    let spans = if wanted.spans() { spans::open(span()) } else { None };
    start(site, site.labelled(&[]), wanted, spans)
}

/// As [`enter_span`](super::enter_span), for a future.
#[inline(always)]
pub fn enter_async_span(site: &'static Site, span: impl FnOnce() -> Prepared) -> AsyncCall<false> {
    let wanted = site.wanted();
    let spans = if wanted.spans() { spans::open(span()) } else { None };
    start(site, site.labelled(&[]), wanted, spans)
}

#[inline(always)]
fn start<const M: bool>(
    site: &'static Site,
    series: SeriesRef,
    wanted: Spans,
    spans: Option<Box<Open>>,
) -> AsyncCall<M> {
    let start = site.begin::<M>(wanted.any());
    AsyncCall { site, series, wanted, spans, running: true, finished: false, start }
}

impl<const M: bool> AsyncCall<M> {
    /// Ends the call with what its output says, inside of its spans.
    #[inline(always)]
    fn end(&mut self, class: Class) {
        let outcome = self.site.outcome::<M>(class, self.series.at);
        self.close(class, outcome);
    }

    #[cold]
    fn abandon(&mut self) {
        let outcome = if self.running { Outcome::Panic } else { Outcome::Cancelled };
        self.close(Class::Ok, outcome);
    }

    #[inline(always)]
    fn close(&mut self, class: Class, outcome: Outcome) {
        self.finished = true;
        let end = self.site.end::<M>(self.start, self.series, outcome, self.wanted.any());
        if self.wanted.any() {
            let (ended, series) = (End::how(class, outcome), Live::series(self.series.at, outcome));
            self.close_spans(End { start: self.start, end, ended, series });
        }
    }

    /// Ends the spans, inside of which an exemplar finds its trace.
    #[inline(never)]
    fn close_spans(&mut self, end: End) {
        match self.spans.take() {
            None => {
                spans::exemplify::<M>(self.site, self.wanted, end);
                self.site.live().tell_slow(&end, Vec::new);
            }
            Some(mut spans) => {
                if !self.running {
                    spans.resume();
                }
                spans::exemplify::<M>(self.site, spans.kept(self.wanted), end);
                self.site.live().tell_slow(&end, || spans.fields());
                spans.suspend();
                spans.end(self.site, end);
            }
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
