//! A call that starts before its future is polled.

use super::{Open, Polling, Progress};
use crate::private::Site;
use crate::private::spans::Made;
use crate::trace::thread::Active;
use std::mem::ManuallyDrop;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// The call of a function that returns a future. Its span is below whoever asked for the future; most poll it next,
/// and until then the span is here, so that one that is ready by then needs no box.
#[derive(Debug)]
pub struct Called<const METRICS: bool> {
    pub(super) progress: Progress<METRICS>,
    /// The span that the first poll enters. What a subscriber sees is in a box from the start.
    begun: Option<Active>,
}

// As for `Progress`.
impl<const M: bool> UnwindSafe for Called<M> {}
impl<const M: bool> RefUnwindSafe for Called<M> {}

impl<const M: bool> Called<M> {
    #[inline(always)]
    pub(super) fn new(mut progress: Progress<M>, made: Made) -> Called<M> {
        let Made { begun, open } = made;
        progress.open = ManuallyDrop::new(open);
        Called { progress, begun }
    }

    /// No call.
    #[inline(always)]
    pub(super) fn none(site: &'static Site) -> Called<M> {
        Called { progress: Progress::unpolled(site), begun: None }
    }

    /// Goes on with the call.
    #[inline(always)]
    pub(super) fn polled(&mut self) -> Polling<'_, M> {
        let here = match self.begun.take() {
            Some(begun) => begun.enter(),
            None => None,
        };
        self.progress.go_on(here)
    }

    /// Nobody has polled the future, and nobody will: what ends the call finds its span where it looks for it.
    #[inline(always)]
    pub(super) fn put_back(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.progress.box_up(begun);
        }
    }
}

impl<const M: bool> Progress<M> {
    #[cold]
    #[inline(never)]
    fn box_up(&mut self, begun: Active) {
        self.open = ManuallyDrop::new(Some(Box::new(Open::of(begun))));
    }
}

impl<const M: bool> Drop for Called<M> {
    #[inline(always)]
    fn drop(&mut self) {
        self.put_back();
    }
}
