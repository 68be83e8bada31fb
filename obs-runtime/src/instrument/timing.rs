//! Durations, counted in the ticks of the clock.

use crate::cells::{Reader, Slot};
use crate::clock;
use std::sync::OnceLock;

/// The boundaries of a latency histogram, translated to ticks at first use, so that sorting a duration
/// into its bucket takes no arithmetic.
#[derive(Debug)]
pub(crate) struct TickBounds(OnceLock<Box<[u64]>>);

impl TickBounds {
    pub(crate) const fn new() -> TickBounds {
        TickBounds(OnceLock::new())
    }

    /// Counts a duration in the slot's cells: one for each bucket, one for +Inf, one for the sum.
    #[inline(always)]
    pub(crate) fn record(&self, seconds: &'static [f64], slot: &Slot, ticks: u64) {
        let bounds = match self.0.get() {
            Some(bounds) => bounds,
            None => self.translate(seconds),
        };
        // From the shortest up: a short call, for which the search would matter, leaves it at once.
        let bucket = match bounds.first() {
            Some(first) if ticks <= *first => 0,
            _ => search(bounds, ticks),
        };
        slot.update(bounds.len() + 2, |cells| {
            cells.add(bucket, 1);
            cells.add(bounds.len() + 1, ticks);
        });
    }

    #[cold]
    fn translate(&self, seconds: &'static [f64]) -> &[u64] {
        self.0.get_or_init(|| seconds.iter().map(|bound| clock::ticks(*bound)).collect())
    }
}

#[inline(never)]
fn search(bounds: &[u64], ticks: u64) -> usize {
    bounds.iter().position(|bound| ticks <= *bound).unwrap_or(bounds.len())
}

/// What a slot's cells say: the count of each bucket, the last being +Inf, and the sum in seconds.
pub(crate) fn read(reader: &Reader, slot: &Slot, bounds: usize) -> (Vec<u64>, f64) {
    let mut cells = vec![0; bounds + 2];
    reader.sum(slot, &mut cells);
    let sum = cells.pop().unwrap_or(0);
    (cells, clock::seconds(sum))
}
