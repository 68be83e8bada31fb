//! Durations, counted in the ticks of the clock.

use crate::cells::{Observe, Reader, Slot};
use crate::clock;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The boundaries of a latency histogram, translated to ticks at first use, so that sorting a duration
/// into its bucket takes no arithmetic.
#[derive(Debug)]
pub(crate) struct TickBounds {
    /// The lowest one, by itself, or the bound of slow calls, if that is lower: most calls that are short enough
    /// for the search to matter are shorter than it. Zero before the first use, which no duration is below.
    first: AtomicU64,
    all: OnceLock<Bounds>,
}

#[derive(Debug)]
struct Bounds {
    buckets: Box<[u64]>,
    /// No call is longer than the largest number.
    slow: u64,
}

/// Where a duration belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) bucket: usize,
    /// Whether it is over the bound of slow calls.
    pub(crate) slow: bool,
}

/// In ticks, rounded down: a call is longer than the bound exactly if it takes more of them.
pub(crate) fn slow_ticks(nanos: Option<u64>) -> u64 {
    nanos.map_or(u64::MAX, |nanos| clock::ticks(nanos as f64 / 1e9))
}

impl TickBounds {
    pub(crate) const fn new() -> TickBounds {
        TickBounds { first: AtomicU64::new(0), all: OnceLock::new() }
    }

    /// Counts a duration in the slot's cells: one for each bucket, one for +Inf, one for the sum. `search` finds
    /// the bucket of one that is not in the lowest.
    #[inline(always)]
    pub(crate) fn record(
        &self,
        seconds: &'static [f64],
        slot: &Slot,
        ticks: u64,
        search: impl FnOnce() -> usize,
    ) {
        let bucket = if ticks < self.first.load(Ordering::Relaxed) { 0 } else { search() };
        slot.update(seconds.len() + 2, Observe { bucket, last: seconds.len(), n: ticks });
    }

    /// Finds the bucket, and whether the call was slow: the bound in nanoseconds is `slow`.
    pub(crate) fn find(&self, seconds: &'static [f64], slow: Option<u64>, ticks: u64) -> Found {
        let bounds = self.all.get_or_init(|| {
            let buckets: Box<[u64]> = seconds.iter().map(|bound| clock::ticks(*bound)).collect();
            let slow = slow_ticks(slow);
            self.first.store(buckets.first().copied().unwrap_or(0).min(slow), Ordering::Relaxed);
            Bounds { buckets, slow }
        });
        let bucket = bounds.buckets.iter().position(|bound| ticks <= *bound);
        Found { bucket: bucket.unwrap_or(bounds.buckets.len()), slow: ticks > bounds.slow }
    }
}

/// What a slot's cells say: the count of each bucket, the last being +Inf, and the sum in seconds.
pub(crate) fn read(reader: &Reader, slot: &Slot, bounds: usize) -> (Vec<u64>, f64) {
    let mut cells = vec![0; bounds + 2];
    reader.sum(slot, &mut cells);
    let sum = cells.pop().unwrap_or(0);
    (cells, clock::seconds(sum))
}
