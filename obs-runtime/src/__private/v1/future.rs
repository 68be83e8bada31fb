//! A future whose polls are one observed call.

use super::span::{self, Span};
use super::{Class, LabelIndex, Outcome, SeriesRef, Site};
use pin_project_lite::pin_project;
use std::future::Future;
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
        let call = this.call;
        call.running = true;
        let entered = call.span.as_ref().map(Span::enter);
        let output = this.inner.poll(context);
        if let Poll::Ready(output) = &output {
            // Taken: a future that is polled after it was ready panics by itself, or does not care.
            if let Some(class) = this.class.take() {
                call.end(class(output));
            }
        }
        drop(entered);
        call.finished = output.is_ready();
        call.running = false;
        output
    }
}
