//! Events between their uses.

use crate::device::state::State;
use crate::driver::{Driver, Event, Properties, StreamId};
use crate::series::{LANES, Series};
use crate::stream::Kept;
use crate::work::Work;
use obs_runtime::__private::v1::{LanesAt, Place};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What drives a device while one context is it. It is there as long as anybody has events of it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) driver: Box<dyn Driver>,
    /// Which one of the device it is.
    pub(crate) turn: u32,
    /// What the driver says of the device, once it was asked.
    pub(crate) facts: OnceLock<Properties>,
    /// How many event pairs there are.
    pairs: AtomicUsize,
    /// Keeps the context while its events are made.
    opening: Mutex<Option<Kept>>,
}

impl Session {
    pub(crate) fn new(driver: Box<dyn Driver>, turn: u32, kept: Kept) -> Session {
        let opening = Mutex::new(Some(kept));
        Session { driver, turn, facts: OnceLock::new(), pairs: AtomicUsize::new(0), opening }
    }

    /// Its events are made.
    pub(crate) fn opened(&self) {
        let kept = self.opening.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(kept) = kept {
            kept.let_go();
        }
    }

    pub(crate) fn pairs(&self) -> usize {
        self.pairs.load(Ordering::Relaxed)
    }
}

/// Two events, to be put around a piece of work. Whoever has them has their driver, so that none is ever handed events
/// of another.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) start: Event,
    pub(crate) stop: Event,
    pub(crate) session: Arc<Session>,
}

impl Pair {
    pub(crate) fn new(start: Event, stop: Event, session: Arc<Session>) -> Pair {
        session.pairs.fetch_add(1, Ordering::Relaxed);
        Pair { start, stop, session }
    }
}

/// Who loses a pair, by a panic or because its context is gone, has it counted no longer.
impl Drop for Pair {
    fn drop(&mut self) {
        self.session.pairs.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Which stream it is, to tell work that is done in order from other work: a stream that is one for each thread is as many.
pub(crate) type Order = (StreamId, u64);

/// Work that was launched well, with its events around it.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) series: &'static Series,
    pub(crate) at: LanesAt<LANES>,
    pub(crate) order: Order,
    pub(crate) pair: Pair,
    /// When it was launched, in ticks.
    pub(crate) launched: u64,
    pub(crate) work: Work,
    /// Where its span belongs, if it has one.
    pub(crate) place: Option<Place>,
    /// Keeps the context until it is read.
    pub(crate) kept: Kept,
}

impl Pending {
    /// It is read, or given up: its events are free, and its context has one owner less.
    pub(crate) fn leave(self, state: &State) {
        // Last, so that nothing of ours is left to do where nothing is pending.
        let Pending { pair, kept, .. } = self;
        state.give(pair);
        kept.let_go();
        state.pending.fetch_sub(1, Ordering::Release);
    }
}
