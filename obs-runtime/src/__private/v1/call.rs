//! One call of a function, from its start to whatever ends it.

use super::span::{self, Span};
use super::{Class, LabelIndex, Live, Outcome, SeriesRef, Site};

/// A call whose result is read: [`finish`](Call::finish) counts it by what was returned. Dropped without
/// that, it counts as `panic` while the thread unwinds, and as `ok` where a macro in the body returned
/// early past the reading.
///
/// It holds nothing but numbers, all of which live in registers while the body runs; a span is kept
/// aside, on a stack of its own.
#[must_use]
#[derive(Debug)]
pub struct Call<const METRICS: bool> {
    live: &'static Live,
    start: u64,
    series: SeriesRef,
    spanned: bool,
    finished: bool,
}

/// Starts a call without labels and fields.
#[inline(always)]
pub fn enter(site: &'static Site) -> Call<true> {
    let live = site.live();
    let spanned = live.wants_span() && span::enter(span::bare(live));
    start(live, live.labelled(&[]), spanned)
}

/// Starts a call with the values of its labels; `span` makes its span, if one is wanted.
#[inline(always)]
pub fn enter_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Span,
) -> Call<true> {
    let live = site.live();
    let spanned = live.wants_span() && span::enter(span());
    start(live, live.labelled(&labels), spanned)
}

/// Starts a call with fields, without labels.
#[inline(always)]
pub fn enter_fields(site: &'static Site, span: impl FnOnce() -> Span) -> Call<true> {
    let live = site.live();
    let spanned = live.wants_span() && span::enter(span());
    start(live, live.labelled(&[]), spanned)
}

/// Starts a call that makes a span and is not counted.
#[inline(always)]
pub fn enter_span(site: &'static Site, span: impl FnOnce() -> Span) -> Call<false> {
    let live = site.live();
    let spanned = live.wants_span() && span::enter(span());
    start(live, live.labelled(&[]), spanned)
}

#[inline(always)]
fn start<const M: bool>(live: &'static Live, series: SeriesRef, spanned: bool) -> Call<M> {
    Call { live, series, spanned, finished: false, start: live.begin::<M>() }
}

impl<const M: bool> Call<M> {
    /// Ends the call with what its returned value says.
    #[inline(always)]
    pub fn finish(mut self, class: Class) {
        self.finished = true;
        let outcome = self.live.outcome::<M>(class, self.series.at);
        self.live.end::<M>(self.start, self.series, outcome);
        if self.spanned {
            span::leave(Ok(class));
        }
    }

    /// For a function whose result says nothing: its end counts as `ok`, unless it unwinds.
    #[inline(always)]
    pub fn unread(mut self) -> Unread<M> {
        self.finished = true;
        let Call { live, start, series, spanned, .. } = self;
        Unread { live, start, series, spanned, unwinding: std::thread::panicking() }
    }
}

impl<const M: bool> Drop for Call<M> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.finished {
            abandon::<M>(self.live, self.start, self.series, self.spanned);
        }
    }
}

/// Ends a call that nobody finished. It takes numbers and not the call, which would have to be in memory
/// all the time for its address to be taken here.
#[cold]
#[inline(never)]
fn abandon<const M: bool>(live: &'static Live, start: u64, series: SeriesRef, spanned: bool) {
    let (outcome, class) = match std::thread::panicking() {
        true => (Outcome::Panic, Err("panic")),
        false => (Outcome::Ok, Ok(Class::Ok)),
    };
    live.end::<M>(start, series, outcome);
    if spanned {
        span::leave(class);
    }
}

/// A call whose result is not read, so that its body needs no closure: see [`Call::unread`].
#[must_use]
#[derive(Debug)]
pub struct Unread<const METRICS: bool> {
    live: &'static Live,
    start: u64,
    series: SeriesRef,
    spanned: bool,
    /// Whether the thread was unwinding already: a call does not panic because a destructor makes it
    /// during a panic.
    unwinding: bool,
}

impl<const M: bool> Drop for Unread<M> {
    #[inline(always)]
    fn drop(&mut self) {
        if std::thread::panicking() && !self.unwinding {
            abandon::<M>(self.live, self.start, self.series, self.spanned);
        } else {
            self.live.end::<M>(self.start, self.series, Outcome::Ok);
            if self.spanned {
                span::leave(Ok(Class::Ok));
            }
        }
    }
}

/// Calls `body`, which by its bound may give away what it captured: without it, a closure that returns
/// something borrowed through a captured `&mut` would not compile.
#[inline(always)]
pub fn run<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// A value of a type that somebody has to be told about, where no value is ever needed.
#[cold]
pub fn never<T>() -> T {
    unreachable!("generated code never gets here")
}
