//! The two events around a launch.

use crate::collector;
use crate::device::state::State;
use crate::driver::{Driver, DriverError, Fault, StreamId};
use crate::pool::{Pair, Pending};
use crate::series::{LANES, Series, Untimed};
use crate::stream::{Kept, Lane};
use crate::work::Work;
use obs_runtime::__private::v1::{LanesAt, Place};
use std::sync::atomic::{AtomicU64, Ordering};

/// What was begun to find out how long it takes.
#[derive(Debug)]
pub(crate) enum Timing {
    /// Nothing.
    None(Untimed),
    /// The host's clock.
    Host,
    /// The first of the events is in the stream.
    Events(Begun),
}

/// A pair of events whose first one is in the stream.
#[derive(Debug)]
pub(crate) struct Begun {
    pair: Pair,
    /// Alive as long as the launch holds what it was asked of.
    stream: StreamId,
    /// Of the thread, where the stream is another one in each.
    thread: u64,
    kept: Kept,
}

/// A launch that went well, as far as its timing wants to know.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) series: &'static Series,
    pub(crate) at: LanesAt<LANES>,
    /// In ticks.
    pub(crate) start: u64,
    pub(crate) work: Work,
    pub(crate) place: Option<Place>,
}

/// Puts the first event into the stream, if the launch is to be timed and can be.
#[inline]
pub(crate) fn begin(series: &Series, lane: Lane<'_>) -> Timing {
    let state = series.state;
    if state.lost.load(Ordering::Relaxed) || state.turn() != lane.place.turn {
        return Timing::None(Untimed::Lost);
    }
    if !series.sampler.is_due() {
        return Timing::None(Untimed::Sampled);
    }
    if !state.is_driven {
        return Timing::Host;
    }
    let Some(pair) = state.take(lane.place.turn) else { return Timing::None(without_pair(state)) };
    let driver = &*pair.session.driver;
    let begun = not_captured(driver, lane.stream).and_then(|()| {
        // Before the event: what stands behind it is timed.
        let kept = lane.keep.keep()?;
        driver.record(pair.start, lane.stream).map(|()| kept)
    });
    match begun {
        Ok(kept) => {
            let thread = if driver.is_per_thread(lane.stream) { this_thread() } else { 0 };
            Timing::Events(Begun { pair, stream: lane.stream, thread, kept })
        }
        Err(error) => Timing::None(give_back(state, pair, error)),
    }
}

/// Why there is no pair to be had.
#[cold]
fn without_pair(state: &State) -> Untimed {
    let pending = state.pending.load(Ordering::Relaxed);
    match state.made() {
        // It was the driver that would not make them.
        Some(0) => Untimed::Refused,
        Some(pairs) if pairs.saturating_sub(pending) > pending => Untimed::Concurrent,
        _ => Untimed::Pool,
    }
}

impl Begun {
    /// Puts the second event into the stream, and leaves the rest to the collector. Why it could not, otherwise.
    pub(crate) fn end(self, launched: Launched) -> Option<Untimed> {
        let Launched { series, at, start, work, place } = launched;
        let state = series.state;
        let Begun { pair, stream, thread, kept } = self;
        if thread != 0 && thread != this_thread() {
            // The same handle is another stream here.
            state.give(pair);
            return Some(Untimed::Moved);
        }
        let driver = &*pair.session.driver;
        if let Err(error) = not_captured(driver, stream).and_then(|()| driver.record(pair.stop, stream)) {
            return Some(give_back(state, pair, error));
        }
        let pending =
            Pending { series, at, order: (stream, thread), pair, launched: start, work, place, kept };
        state.pending.fetch_add(1, Ordering::Relaxed);
        if let Err(refused) = state.queue.push(pending) {
            // There is room for all pairs that there are, unless some of a context that is gone are still in it.
            state.pending.fetch_sub(1, Ordering::Relaxed);
            state.give(refused.pair);
            return Some(Untimed::Pool);
        }
        collector::launched(state);
        None
    }

    /// There is nothing to be timed.
    pub(crate) fn abandon(self, series: &Series) {
        series.state.give(self.pair);
    }
}

/// Fails while the stream is being captured.
fn not_captured(driver: &dyn Driver, stream: StreamId) -> Result<(), DriverError> {
    match driver.is_capturing(stream)? {
        true => Err(DriverError { fault: Fault::Capturing, code: 0 }),
        false => Ok(()),
    }
}

/// The pair goes back unused, for this error.
#[cold]
fn give_back(state: &'static State, pair: Pair, error: DriverError) -> Untimed {
    if error.fault.is_final() {
        state.lose(pair.session.turn, error);
    }
    state.give(pair);
    error.fault.into()
}

/// A number that no other thread has, nor had.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.try_with(|number| *number).unwrap_or(0)
}
