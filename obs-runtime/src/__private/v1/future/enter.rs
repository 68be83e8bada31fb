//! The start of a future's call.

use super::{Known, Polling, Progress, Stage};
use crate::private::spans::{self, Begun, Open, Prepared, Spans};
use crate::private::{LabelIndex, Outcome, SeriesRef, Site};
use crate::trace::thread::SpanId;
use std::mem::{self, ManuallyDrop};

/// A call of a function that returns a future, while the statements before that run. Only a panic ends the call
/// there.
#[must_use]
#[derive(Debug)]
pub struct AsyncCall<const METRICS: bool> {
    progress: Progress<METRICS>,
}

/// As [`enter`](super::super::enter), for a function that returns a future.
#[inline(always)]
pub fn enter_async(site: &'static Site) -> AsyncCall<true> {
    let wanted = site.wanted();
    let open = if wanted.spans() { spans::open_bare(site, wanted) } else { None };
    start(site, site.labelled(&[]), wanted, open)
}

/// As [`enter_with`](super::super::enter_with), for a function that returns a future.
#[inline(always)]
pub fn enter_async_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Prepared,
) -> AsyncCall<true> {
    let wanted = site.wanted();
    let open = if wanted.spans() { spans::open(span()) } else { None };
    start(site, site.labelled(&labels), wanted, open)
}

/// As [`enter_fields`](super::super::enter_fields), for a function that returns a future.
#[inline(always)]
pub fn enter_async_fields(site: &'static Site, span: impl FnOnce() -> Prepared) -> AsyncCall<true> {
    let wanted = site.wanted();
    let open = if wanted.spans() { spans::open(span()) } else { None };
    start(site, site.labelled(&[]), wanted, open)
}

/// As [`enter_span`](super::super::enter_span), for a function that returns a future.
#[inline(always)]
pub fn enter_async_span(site: &'static Site, span: impl FnOnce() -> Prepared) -> AsyncCall<false> {
    let wanted = site.wanted();
    let open = if wanted.spans() { spans::open(span()) } else { None };
    start(site, site.labelled(&[]), wanted, open)
}

#[inline(always)]
fn start<const M: bool>(
    site: &'static Site,
    series: SeriesRef,
    wanted: Spans,
    open: Option<Box<Open>>,
) -> AsyncCall<M> {
    let call = Known::new(site.begin::<M>(wanted.any()), series, wanted);
    AsyncCall { progress: Progress::idle(site, call, open) }
}

impl<const M: bool> AsyncCall<M> {
    /// The call once there is its future.
    #[inline(always)]
    pub(super) fn begun(mut self) -> Progress<M> {
        let nothing = Progress::unpolled(self.progress.site);
        mem::replace(&mut self.progress, nothing)
    }
}

impl<const M: bool> Drop for AsyncCall<M> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.progress.call.stage == Stage::Idle {
            self.progress.abandon(Outcome::Panic);
        }
    }
}

/// A call of an `async fn`, whose future is polled before anything else happens on this thread: it is in the
/// call's span already.
#[must_use]
#[derive(Debug)]
pub struct Awaited<const METRICS: bool> {
    pub(super) progress: Progress<METRICS>,
    pub(super) here: Option<SpanId>,
}

/// As [`enter`](super::super::enter), for a future that is awaited in the same expression.
#[inline(always)]
pub fn enter_awaited(site: &'static Site) -> Awaited<true> {
    let wanted = site.wanted();
    let begun = if wanted.spans() { spans::begin_bare(site, wanted) } else { Begun::default() };
    at_once(site, site.labelled(&[]), wanted, begun)
}

/// As [`enter_with`](super::super::enter_with), for a future that is awaited in the same expression.
#[inline(always)]
pub fn enter_awaited_with<const N: usize>(
    site: &'static Site,
    labels: [LabelIndex; N],
    span: impl FnOnce() -> Prepared,
) -> Awaited<true> {
    let wanted = site.wanted();
    let begun = if wanted.spans() { spans::begin(span()) } else { Begun::default() };
    at_once(site, site.labelled(&labels), wanted, begun)
}

/// As [`enter_fields`](super::super::enter_fields), for a future that is awaited in the same expression.
#[inline(always)]
pub fn enter_awaited_fields(site: &'static Site, span: impl FnOnce() -> Prepared) -> Awaited<true> {
    let wanted = site.wanted();
    let begun = if wanted.spans() { spans::begin(span()) } else { Begun::default() };
    at_once(site, site.labelled(&[]), wanted, begun)
}

/// As [`enter_span`](super::super::enter_span), for a future that is awaited in the same expression.
#[inline(always)]
pub fn enter_awaited_span(site: &'static Site, span: impl FnOnce() -> Prepared) -> Awaited<false> {
    let wanted = site.wanted();
    let begun = if wanted.spans() { spans::begin(span()) } else { Begun::default() };
    at_once(site, site.labelled(&[]), wanted, begun)
}

#[inline(always)]
fn at_once<const M: bool>(
    site: &'static Site,
    series: SeriesRef,
    wanted: Spans,
    Begun { here, open }: Begun,
) -> Awaited<M> {
    let call = Known::new(site.begin::<M>(wanted.any()), series, wanted);
    Awaited { progress: Progress::idle(site, call, open), here }
}

/// Starts a call whose future is being polled.
#[inline(always)]
pub(super) fn polling<const M: bool>(progress: &mut Progress<M>) -> Polling<'_, M> {
    let site = progress.site;
    let wanted = site.wanted();
    let Begun { here, open } =
        if wanted.spans() { spans::begin_bare(site, wanted) } else { Begun::default() };
    let call = Known::new(site.begin::<M>(wanted.any()), site.labelled(&[]), wanted);
    progress.call.stage = Stage::Over;
    let mut polling = Polling { progress, call, here, over: false };
    if open.is_some() {
        polling.progress.open = ManuallyDrop::new(open);
        polling.resume();
    }
    polling
}
