//! A future whose polls are one observed call.

use super::{AsyncCall, Class, Span};
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// Polls `inner` inside the call's span. Dropped before it is ready, it counts the call as
    /// `cancelled`, or as `panic` if a poll is what ended it.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Observed<F, C> {
        // First, so that the call lasts until the future's own destructors have run.
        #[pin]
        inner: F,
        class: Option<C>,
        call: AsyncCall,
    }
}

/// Observes a future; `class` reads its output.
#[inline(always)]
pub fn future<F, C>(call: AsyncCall, inner: F, class: C) -> Observed<F, C>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    Observed { inner, class: Some(class), call }
}

impl<F, C> Future for Observed<F, C>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let call = this.call;
        call.polling = true;
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
        call.polling = false;
        output
    }
}
