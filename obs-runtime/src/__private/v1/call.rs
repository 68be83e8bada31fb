//! One call of a function, from its start to whatever ends it.

use super::spans::{self, End, Prepared, Spans};
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
    site: &'static Site,
    start: u64,
    series: SeriesRef,
    spans: Spans,
    finished: bool,
}

/// Starts a call without labels and fields.
#[inline(always)]
pub fn enter(site: &'static Site) -> Call<true> {
    let wanted = site.wanted();
    let spans = if wanted.any() { spans::enter_bare(site, wanted) } else { wanted };
    start(site, site.labelled(&[]), spans)
}

/// Starts a call with the values of its labels; `span` makes its span, if one is wanted.
#[inline(always)]
pub fn enter_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Prepared,
) -> Call<true> {
    let wanted = site.wanted();
    let spans = if wanted.any() { spans::enter_with(wanted, span) } else { wanted };
    start(site, site.labelled(&labels), spans)
}

/// Starts a call with fields, without labels.
#[inline(always)]
pub fn enter_fields(site: &'static Site, span: impl FnOnce() -> Prepared) -> Call<true> {
    let wanted = site.wanted();
    let spans = if wanted.any() { spans::enter_with(wanted, span) } else { wanted };
    start(site, site.labelled(&[]), spans)
}

/// Starts a call that makes a span and is not counted.
#[inline(always)]
pub fn enter_span(site: &'static Site, span: impl FnOnce() -> Prepared) -> Call<false> {
    let wanted = site.wanted();
    let spans = if wanted.any() { spans::enter_with(wanted, span) } else { wanted };
    start(site, site.labelled(&[]), spans)
}

#[inline(always)]
fn start<const M: bool>(site: &'static Site, series: SeriesRef, spans: Spans) -> Call<M> {
    Call { site, series, spans, finished: false, start: site.begin::<M>(spans.any()) }
}

/// Counts an end, and leaves the spans.
#[inline(always)]
fn end<const M: bool>(
    site: &'static Site,
    start: u64,
    series: SeriesRef,
    spans: Spans,
    class: Class,
    outcome: Outcome,
) {
    let end = site.end::<M>(start, series, outcome, spans.any());
    if spans.any() {
        let (ended, series) = (End::how(class, outcome), Live::series(series.at, outcome));
        spans::leave::<M>(site, spans, End { start, end, ended, series });
    }
}

impl<const M: bool> Call<M> {
    /// Ends the call with what its returned value says.
    #[inline(always)]
    pub fn finish(mut self, class: Class) {
        self.finished = true;
        let outcome = self.site.outcome::<M>(class, self.series.at);
        end::<M>(self.site, self.start, self.series, self.spans, class, outcome);
    }

    /// For a function whose result says nothing: its end counts as `ok`, unless it unwinds.
    #[inline(always)]
    pub fn unread(mut self) -> Unread<M> {
        self.finished = true;
        let Call { site, start, series, spans, .. } = self;
        Unread { site, start, series, spans, unwinding: std::thread::panicking() }
    }
}

impl<const M: bool> Drop for Call<M> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.finished {
            abandon::<M>(self.site, self.start, self.series, self.spans);
        }
    }
}

/// Ends a call that nobody finished. It takes numbers and not the call, which would have to be in memory
/// all the time for its address to be taken here.
#[cold]
#[inline(never)]
fn abandon<const M: bool>(site: &'static Site, start: u64, series: SeriesRef, spans: Spans) {
    let outcome = if std::thread::panicking() { Outcome::Panic } else { Outcome::Ok };
    end::<M>(site, start, series, spans, Class::Ok, outcome);
}

/// A call whose result is not read, so that its body needs no closure: see [`Call::unread`].
#[must_use]
#[derive(Debug)]
pub struct Unread<const METRICS: bool> {
    site: &'static Site,
    start: u64,
    series: SeriesRef,
    spans: Spans,
    /// Whether the thread was unwinding already: a call does not panic because a destructor makes it
    /// during a panic.
    unwinding: bool,
}

impl<const M: bool> Drop for Unread<M> {
    #[inline(always)]
    fn drop(&mut self) {
        if std::thread::panicking() && !self.unwinding {
            abandon::<M>(self.site, self.start, self.series, self.spans);
        } else {
            end::<M>(self.site, self.start, self.series, self.spans, Class::Ok, Outcome::Ok);
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
