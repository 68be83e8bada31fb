//! A launch that lasts as long as a future.

use crate::launch::Launch;
use crate::series::Outcome;
use obs_runtime::__private::v1::Reader;
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// Polls `inner`, and ends the launch with what it returns. Dropped before that, the launch was cancelled.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Launched<F, K> {
        // First, so that the launch lasts until the future's own destructors have run.
        #[pin]
        inner: F,
        launch: Abandoned,
        reader: K,
    }
}

/// A launch whose future may be dropped.
#[derive(Debug)]
struct Abandoned(Launch);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abandon(Outcome::Cancelled);
    }
}

/// A poll in progress. One that unwinds ends the launch, however long the future is kept.
struct Polling<'a>(&'a mut Launch, bool);

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.abandon(Outcome::Panic);
        }
    }
}

/// Has the launch last until the future is ready; `reader` reads its output.
pub fn future<F: Future, K: Reader<F::Output>>(launch: Launch, inner: F, reader: K) -> Launched<F, K> {
    Launched { inner, launch: Abandoned(launch), reader }
}

impl<F: Future, K: Reader<F::Output>> Future for Launched<F, K> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut polling = Polling(&mut this.launch.0, true);
        let output = this.inner.poll(context);
        polling.1 = false;
        if let Poll::Ready(output) = &output {
            polling.0.end(K::read(output));
        }
        output
    }
}
