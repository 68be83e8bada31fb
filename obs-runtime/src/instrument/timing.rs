//! Durations, counted in the ticks of the clock.

use crate::cells::{Observe, Reader, Slot};
use crate::clock;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The boundaries of a latency histogram, translated to ticks at first use, so that sorting a duration
/// into its bucket takes no arithmetic.
#[derive(Debug)]
pub(crate) struct TickBounds {
    /// The lowest one, by itself: most calls that are short enough for the search to matter are shorter
    /// than it. Zero before the first use, which no duration is below.
    first: AtomicU64,
    all: OnceLock<Box<[u64]>>,
}

impl TickBounds {
    pub(crate) const fn new() -> TickBounds {
        TickBounds { first: AtomicU64::new(0), all: OnceLock::new() }
    }

    /// Counts a duration in the slot's cells: one for each bucket, one for +Inf, one for the sum.
    #[inline(always)]
    pub(crate) fn record(&self, seconds: &'static [f64], slot: &Slot, ticks: u64) {
        let bucket = if ticks < self.first.load(Ordering::Relaxed) { 0 } else { self.search(seconds, ticks) };
        slot.update(seconds.len() + 2, Observe { bucket, last: seconds.len(), n: ticks });
    }

    #[inline(never)]
    fn search(&self, seconds: &'static [f64], ticks: u64) -> usize {
        let bounds = self.all.get_or_init(|| {
            let bounds: Box<[u64]> = seconds.iter().map(|bound| clock::ticks(*bound)).collect();
            self.first.store(bounds.first().copied().unwrap_or(0), Ordering::Relaxed);
            bounds
        });
        bounds.iter().position(|bound| ticks <= *bound).unwrap_or(bounds.len())
    }
}

/// What a slot's cells say: the count of each bucket, the last being +Inf, and the sum in seconds.
pub(crate) fn read(reader: &Reader, slot: &Slot, bounds: usize) -> (Vec<u64>, f64) {
    let mut cells = vec![0; bounds + 2];
    reader.sum(slot, &mut cells);
    let sum = cells.pop().unwrap_or(0);
    (cells, clock::seconds(sum))
}
