//! Which trace the current work belongs to, so that a histogram's bucket can point at an example.
//!
//! Instruments ask for the current trace whenever they count. Until somebody attaches one or names a
//! source, that question costs one relaxed load.

use crate::{attention, trace};
use pin_project_lite::pin_project;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

mod traceparent;

thread_local! {
    /// The innermost attached context, and how deep in spans the thread was then: spans that it entered since
    /// are further in.
    static ATTACHED: Cell<Option<(TraceContext, usize)>> = const { Cell::new(None) };
}

static SOURCE: OnceLock<fn() -> Option<TraceContext>> = OnceLock::new();

/// A place in a trace: what the W3C's `traceparent` header carries.
///
/// ```
/// use obs_runtime::TraceContext;
///
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let context = TraceContext::parse_traceparent(header).unwrap();
/// {
///     let _guard = context.attach();
///     assert_eq!(TraceContext::current(), Some(context));
/// }
/// assert_eq!(TraceContext::current(), None);
/// assert_eq!(context.to_traceparent(), header);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceContext {
    /// The trace; never 0 in a valid context.
    pub trace_id: u128,
    /// The span that is the parent of what happens now; never 0 in a valid context.
    pub span_id: u64,
    /// Whether the trace is recorded somewhere. Only then do instruments keep exemplars of it.
    pub sampled: bool,
}

impl TraceContext {
    /// Reads a `traceparent` header, by the letter of the W3C recommendation.
    ///
    /// `None` for anything malformed: capital letters, ids of zeros, version `ff`, trailing text in
    /// version `00`. Later versions are read by the part of them that version `00` defines.
    pub fn parse_traceparent(header: &str) -> Option<TraceContext> {
        traceparent::parse(header)
    }

    /// The `traceparent` header that hands this context on.
    pub fn to_traceparent(&self) -> String {
        traceparent::write(self)
    }

    /// The context of the current thread: the innermost observed call or attached context. Where observed
    /// calls are not recorded as spans, what the [source](set_trace_source) says of a thread without an
    /// attached one.
    pub fn current() -> Option<TraceContext> {
        if !trace::is_on() {
            if !attention::has(attention::CONTEXT) {
                return None;
            }
            let attached = ATTACHED.get().map(|(context, _)| context);
            return attached.or_else(|| SOURCE.get().and_then(|source| source()));
        }
        attached_at(trace::thread::depth()).or_else(trace::thread::current)
    }

    /// Makes this the context of the current thread until the guard is dropped, and then the one that
    /// was there before.
    ///
    /// Guards are dropped in the reverse order of their making, as scopes do by themselves. Do not hold
    /// one across an `.await`: the thread goes on with other work there. That is what
    /// [`in_future`](TraceContext::in_future) is for.
    #[must_use = "the context is detached when the guard is dropped"]
    pub fn attach(self) -> ContextGuard {
        attention::set(attention::CONTEXT, true);
        let depth = if trace::is_on() { trace::thread::depth() } else { 0 };
        ContextGuard { before: ATTACHED.replace(Some((self, depth))), on_this_thread: PhantomData }
    }

    /// The future with this context attached whenever it is polled.
    ///
    /// ```
    /// # use obs_runtime::TraceContext;
    /// # let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    /// # async fn handle() {}
    /// let context = TraceContext::parse_traceparent(header).unwrap();
    /// let work = context.in_future(handle());
    /// # drop(work);
    /// ```
    pub fn in_future<F: Future>(self, future: F) -> InContext<F> {
        InContext { future, context: self }
    }
}

/// Names a function that knows the current trace, for threads where no context is attached. It is asked
/// whenever an instrument could keep an exemplar, so it should cost nanoseconds.
///
/// ```
/// use obs_runtime::TraceContext;
///
/// # mod my_tracer {
/// #     pub struct Span { pub trace: u128, pub id: u64, pub is_recorded: bool }
/// #     pub fn current() -> Option<Span> { Some(Span { trace: 1, id: 2, is_recorded: true }) }
/// # }
/// obs_runtime::set_trace_source(|| {
///     let span = my_tracer::current()?;
///     Some(TraceContext { trace_id: span.trace, span_id: span.id, sampled: span.is_recorded })
/// })?;
/// assert_eq!(TraceContext::current().map(|context| context.span_id), Some(2));
/// # Ok::<(), obs_runtime::TraceSourceError>(())
/// ```
///
/// With `tracing-opentelemetry`, the function begins with
/// `let context = tracing::Span::current().context()` and takes the ids from
/// `context.span().span_context()`: `u128::from_be_bytes(…trace_id().to_bytes())`, and so on.
///
/// # Errors
///
/// There is a source already: it cannot be exchanged while other threads are asking it.
pub fn set_trace_source(source: fn() -> Option<TraceContext>) -> Result<(), TraceSourceError> {
    SOURCE.set(source).map_err(|_| TraceSourceError(()))?;
    attention::set(attention::CONTEXT, true);
    Ok(())
}

/// The attached context, if nothing was entered since: the thread is `depth` deep in spans now.
#[inline]
pub(crate) fn attached_at(depth: usize) -> Option<TraceContext> {
    if !attention::has(attention::CONTEXT) {
        return None;
    }
    ATTACHED.get().filter(|(_, then)| *then >= depth).map(|(context, _)| context)
}

/// Whether there is a current trace and it is sampled.
#[inline]
pub(crate) fn is_sampled() -> bool {
    attention::has(attention::CONTEXT | attention::RECORDED) && sampled_current().is_some()
}

/// The ids of the current trace, if it is sampled: what an exemplar needs.
pub(crate) fn sampled_current() -> Option<(u128, u64)> {
    TraceContext::current()
        .filter(|context| context.sampled)
        .map(|context| (context.trace_id, context.span_id))
}

/// Keeps a context attached to the thread that made it. From [`TraceContext::attach`].
#[derive(Debug)]
pub struct ContextGuard {
    before: Option<(TraceContext, usize)>,
    /// Dropping it on another thread would restore the context there.
    on_this_thread: PhantomData<*const ()>,
}

impl Drop for ContextGuard {
    fn drop(&mut self) {
        ATTACHED.set(self.before);
    }
}

pin_project! {
    /// A future with a trace context. From [`TraceContext::in_future`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        #[pin]
        future: F,
        context: TraceContext,
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _guard = this.context.attach();
        this.future.poll(cx)
    }
}

/// A second trace source was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceSourceError(());

impl fmt::Display for TraceSourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a trace source is set already; set_trace_source can be called once")
    }
}

impl std::error::Error for TraceSourceError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn context(id: u64) -> TraceContext {
        TraceContext { trace_id: id.into(), span_id: id, sampled: id % 2 == 1 }
    }

    #[test]
    fn attached_contexts_nest() {
        assert_eq!(sampled_current(), None);
        let outer = context(1).attach();
        assert_eq!(sampled_current(), Some((1, 1)));
        {
            let _inner = context(2).attach();
            assert_eq!(TraceContext::current(), Some(context(2)));
            assert_eq!(sampled_current(), None, "the inner trace is not sampled");
        }
        assert_eq!(TraceContext::current(), Some(context(1)));
        assert_eq!(std::thread::spawn(TraceContext::current).join().ok(), Some(None));
        drop(outer);
        assert_eq!(TraceContext::current(), None);
    }

    #[test]
    fn a_future_has_its_context_at_each_poll_and_only_then() {
        let mut polls = 0;
        let future = std::future::poll_fn(|_| {
            polls += 1;
            assert_eq!(TraceContext::current(), Some(context(3)));
            if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        });
        let mut future = std::pin::pin!(context(3).in_future(future));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut cx).is_pending());
        assert_eq!(TraceContext::current(), None);
        assert!(future.as_mut().poll(&mut cx).is_ready());
        assert_eq!(TraceContext::current(), None);
    }

    #[test]
    fn a_panicking_poll_leaves_no_context_behind() {
        let panics = std::panic::catch_unwind(|| {
            let _guard = context(5).attach();
            std::panic::resume_unwind(Box::new(()));
        });
        assert!(panics.is_err());
        assert_eq!(TraceContext::current(), None);
    }
}
