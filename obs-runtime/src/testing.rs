//! What a piece of code records, for tests that say what it should.
//!
//! ```
//! use obs_runtime::{observe, testing};
//!
//! #[observe(fields(items = items.len()))]
//! fn checkout(items: &[u32]) -> Result<u32, String> {
//!     items.iter().map(|&item| price(item)).sum()
//! }
//!
//! #[observe]
//! fn price(item: u32) -> Result<u32, String> {
//!     if item == 0 { Err("no such item".into()) } else { Ok(10 * item) }
//! }
//!
//! let (total, captured) = testing::capture(|| checkout(&[1, 0]));
//! assert!(total.is_err());
//! captured.span("checkout").assert_field("items", 2).assert_error("_OTHER");
//! assert_eq!(captured.spans("price").count(), 2);
//! captured.spans("price").for_each(|span| captured.span("checkout").assert_parent_of(span));
//! assert_eq!(captured.change("function_calls_total", &[("function", "price"), ("result", "ok")]), 1.0);
//! ```
//!
//! Tests may run at the same time: what is captured is what the code did, and not what other threads did in the
//! meantime.

mod captured;
mod span;

pub use captured::Captured;
pub use span::{Event, Span};

pub use crate::trace::FieldValue;

use crate::registry;
use crate::trace::capture::Capture;
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs `body`, and tells what it recorded besides what it returned.
///
/// Spans are all those that began inside of `body` and ended before it did, on whichever thread, as long as
/// the context went there. They are recorded whatever is or is not sampled, and are not exported. Changes of
/// counters and histograms are those that this thread made.
///
/// # Panics
///
/// If `body` does.
pub fn capture<R>(body: impl FnOnce() -> R) -> (R, Captured) {
    let before = registry::of_this_thread();
    let mut capture = Capture::start();
    let result = capture.inside(body);
    let after = registry::of_this_thread();
    (result, Captured::new(capture.finish(), before, after))
}

/// The same of a future.
///
/// Changes of counters and histograms are those of the thread that polls it: with a runtime of several
/// threads, whose tasks wander, ask for spans.
///
/// ```
/// use obs_runtime::{observe, testing};
///
/// #[observe]
/// async fn answer() -> u32 {
///     42
/// }
///
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     let mut future = std::pin::pin!(future);
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop {
/// #         if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) { return output; }
/// #     }
/// # }
/// # block_on(async {
/// let (answer, captured) = testing::capture_future(answer()).await;
/// captured.span("answer").assert_ok();
/// # assert_eq!(answer, 42);
/// # });
/// ```
pub fn capture_future<F: Future>(future: F) -> CaptureFuture<F> {
    CaptureFuture { future, capture: None, before: None }
}

pin_project! {
    /// From [`capture_future`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct CaptureFuture<F> {
        #[pin]
        future: F,
        capture: Option<Capture>,
        before: Option<crate::snapshot::Snapshot>,
    }
}

impl<F: Future> Future for CaptureFuture<F> {
    type Output = (F::Output, Captured);

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let before = this.before.get_or_insert_with(registry::of_this_thread);
        let capture = this.capture.get_or_insert_with(Capture::start);
        let future = this.future;
        let Poll::Ready(output) = capture.inside(|| future.poll(context)) else { return Poll::Pending };
        let (before, after) = (before.clone(), registry::of_this_thread());
        let spans = this.capture.take().map(Capture::finish).unwrap_or_default();
        Poll::Ready((output, Captured::new(spans, before, after)))
    }
}
