//! One call, from its start to whatever ends it.

use super::Outcome;
use super::span::{bare, mark};
use super::{Class, LabelIndex, Site, Span};
use crate::label::Combination;
use tracing::span::EnteredSpan;

/// A call of a function that is not a future. Dropping it counts the call as `panic` if it began to
/// unwind since, and as `ok` otherwise; [`finish`](Call::finish) says more.
#[must_use]
#[derive(Debug)]
pub struct Call {
    open: Open,
    // After `open`: the call is counted while its span is still current.
    span: Option<EnteredSpan>,
}

#[derive(Debug)]
struct Open {
    site: &'static Site,
    start: u64,
    at: Combination,
    /// Whether the thread was unwinding already: a destructor's calls do not panic because it runs
    /// during a panic.
    unwinding: bool,
    finished: bool,
}

/// Starts a call without labels and fields.
#[inline(always)]
pub fn enter(site: &'static Site) -> Call {
    let span = if site.wants_span() { Some(bare(site).entered()) } else { None };
    start(site, Combination::default(), span)
}

/// Starts a call with the values of its labels; `span` makes its span, if one is wanted.
#[inline(always)]
pub fn enter_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Span,
) -> Call {
    site.calls.prepare(&labels);
    let span = if site.wants_span() { Some(span().entered()) } else { None };
    start(site, Combination::of(&labels), span)
}

#[inline(always)]
fn start(site: &'static Site, at: Combination, span: Option<EnteredSpan>) -> Call {
    let unwinding = std::thread::panicking();
    Call { open: Open { site, at, unwinding, finished: false, start: site.begin() }, span }
}

impl Call {
    /// Ends the call with what its returned value says.
    #[inline(always)]
    pub fn finish(mut self, class: Class) {
        let Open { site, start, at, .. } = self.open;
        self.open.finished = true;
        site.end(start, at, site.outcome(class, at));
        if let Some(span) = &self.span {
            mark(span, Ok(class));
        }
    }
}

impl Drop for Call {
    #[inline(always)]
    fn drop(&mut self) {
        if self.open.finished {
            return;
        }
        let Open { site, start, at, unwinding, .. } = self.open;
        if std::thread::panicking() && !unwinding {
            site.end(start, at, Outcome::Panic);
            if let Some(span) = &self.span {
                mark(span, Err("panic"));
            }
        } else {
            site.end(start, at, Outcome::Ok);
        }
    }
}

/// Calls `body`, which by its bound may give away what it captured: without it, a closure that returns
/// something borrowed through a captured `&mut` would not compile.
#[inline(always)]
pub fn run<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// A call of a function that returns a future.
#[must_use]
#[derive(Debug)]
pub struct AsyncCall {
    site: &'static Site,
    start: u64,
    at: Combination,
    pub(super) span: Option<Span>,
    /// Set while the future is polled: if the call ends then, it panicked.
    pub(super) polling: bool,
    pub(super) finished: bool,
}

/// As [`enter`], for a future.
#[inline(always)]
pub fn enter_async(site: &'static Site) -> AsyncCall {
    let span = if site.wants_span() { Some(bare(site)) } else { None };
    start_async(site, Combination::default(), span)
}

/// As [`enter_with`], for a future.
#[inline(always)]
pub fn enter_async_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Span,
) -> AsyncCall {
    site.calls.prepare(&labels);
    let span = if site.wants_span() { Some(span()) } else { None };
    start_async(site, Combination::of(&labels), span)
}

#[inline(always)]
fn start_async(site: &'static Site, at: Combination, span: Option<Span>) -> AsyncCall {
    AsyncCall { site, at, span, polling: false, finished: false, start: site.begin() }
}

impl AsyncCall {
    /// Counts what the future's output says.
    #[inline(always)]
    pub(super) fn end(&self, class: Class) {
        self.site.end(self.start, self.at, self.site.outcome(class, self.at));
        if let Some(span) = &self.span {
            mark(span, Ok(class));
        }
    }

    #[cold]
    fn abandon(&self) {
        let (outcome, word) =
            if self.polling { (Outcome::Panic, "panic") } else { (Outcome::Cancelled, "cancelled") };
        let Some(span) = &self.span else { return self.site.end(self.start, self.at, outcome) };
        // Entered, so that an exemplar can find the trace.
        span.in_scope(|| {
            self.site.end(self.start, self.at, outcome);
            mark(span, Err(word));
        });
    }
}

impl Drop for AsyncCall {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.finished {
            self.abandon();
        }
    }
}
