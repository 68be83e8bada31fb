//! Futures that take their context along.

use super::Context;
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

/// Futures in a [`Context`], wherever they are polled.
///
/// ```
/// use obs_runtime::{Baggage, Context, ContextExt};
///
/// let context = Context::current().with_baggage(Baggage::parse("tenant=acme"));
/// let work = async { Baggage::current().to_header() }.in_context(context);
/// # let mut work = std::pin::pin!(work);
/// # let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert_eq!(work.as_mut().poll(&mut cx), std::task::Poll::Ready("tenant=acme".to_owned()));
/// ```
pub trait ContextExt: Future + Sized {
    /// The future with this context attached whenever it is polled.
    fn in_context(self, context: Context) -> WithContext<Self> {
        WithContext::new(self, context)
    }

    /// The future with the context that is current now: what a task needs before it is spawned.
    fn in_current_context(self) -> WithContext<Self> {
        self.in_context(Context::current())
    }
}

impl<F: Future> ContextExt for F {}

pin_project! {
    /// A future with a [`Context`]. From [`ContextExt`] and [`Baggage::in_future`](crate::Baggage::in_future).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct WithContext<F> {
        #[pin]
        future: F,
        context: Context,
    }
}

impl<F> WithContext<F> {
    pub(crate) fn new(future: F, context: Context) -> WithContext<F> {
        WithContext { future, context }
    }
}

impl<F: Future> Future for WithContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _attached = this.context.attach();
        this.future.poll(cx)
    }
}
