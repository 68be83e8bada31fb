//! Events between their uses.

use crate::driver::{Event, StreamId};
use crate::series::{LANES, Series};
use crate::work::Work;
use obs_runtime::__private::v1::{LanesAt, Place};

/// Two events, to be put around a piece of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) start: Event,
    pub(crate) stop: Event,
}

/// Work that was launched well, with its events around it.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) series: &'static Series,
    pub(crate) at: LanesAt<LANES>,
    pub(crate) stream: StreamId,
    pub(crate) pair: Pair,
    /// When it was launched, in ticks.
    pub(crate) launched: u64,
    pub(crate) work: Work,
    /// Where its span belongs, if it has one.
    pub(crate) place: Option<Place>,
}
