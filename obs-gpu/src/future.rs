//! A launch that lasts as long as a future.

use crate::launch::Launch;
use obs_runtime::__private::v1::{Class, Outcome};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// Polls `inner`, and ends the launch with what it returns. Dropped before that, the launch was cancelled.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Launched<F, C, S> {
        // First, so that the launch lasts until the future's own destructors have run.
        #[pin]
        inner: F,
        launch: Abandoned<S>,
        class: Option<C>,
    }
}

/// A launch whose future may be dropped.
#[derive(Debug)]
struct Abandoned<S>(Launch<S>);

impl<S> Drop for Abandoned<S> {
    fn drop(&mut self) {
        self.0.abandon(Outcome::Cancelled);
    }
}

/// A poll in progress. One that unwinds ends the launch, however long the future is kept.
struct Polling<'a, S>(&'a mut Launch<S>, bool);

impl<S> Drop for Polling<'_, S> {
    fn drop(&mut self) {
        if self.1 {
            self.0.abandon(Outcome::Panic);
        }
    }
}

/// Has the launch last until the future is ready; `class` reads its output.
pub fn future<F, C, S>(launch: Launch<S>, inner: F, class: C) -> Launched<F, C, S>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    Launched { inner, launch: Abandoned(launch), class: Some(class) }
}

impl<F, C, S> Future for Launched<F, C, S>
where
    F: Future,
    C: FnOnce(&F::Output) -> Class,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut polling = Polling(&mut this.launch.0, true);
        let output = this.inner.poll(context);
        if let Poll::Ready(output) = &output
            && let Some(class) = this.class.take()
        {
            polling.0.end(class(output));
        }
        polling.1 = false;
        output
    }
}
