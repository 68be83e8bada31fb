//! What became of spans, for everybody to see.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Spans by what became of them. Every span that ended in a recorded trace is in one of these, or held, or
/// queued.
// Apart from what all threads read with each trace.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counts {
    /// The collector has them.
    pub(crate) exported: AtomicU64,
    /// The collector refused them, or could not be reached in time.
    pub(crate) failed: AtomicU64,
    pub(crate) sampled_out: AtomicU64,
    pub(crate) limited: AtomicU64,
    pub(crate) overflowed: AtomicU64,
    pub(crate) queue_full: AtomicU64,
    /// Events that came after their span was sent.
    pub(crate) late_events: AtomicU64,
    held: AtomicUsize,
}

impl Counts {
    /// Takes room for more spans in memory, if there is.
    pub(super) fn hold(&self, spans: usize, limit: usize) -> bool {
        let before = self.held.fetch_add(spans, Ordering::Relaxed);
        if before + spans > limit {
            self.held.fetch_sub(spans, Ordering::Relaxed);
            return false;
        }
        true
    }

    /// Gives room back.
    pub(super) fn release(&self, spans: usize) {
        if spans > 0 {
            self.held.fetch_sub(spans, Ordering::Relaxed);
        }
    }

    pub(super) fn sampled_out(&self, spans: u64) {
        self.sampled_out.fetch_add(spans, Ordering::Relaxed);
    }

    pub(super) fn limited(&self, spans: u64) {
        self.limited.fetch_add(spans, Ordering::Relaxed);
    }

    pub(super) fn overflowed(&self, spans: u64) {
        self.overflowed.fetch_add(spans, Ordering::Relaxed);
    }

    pub(super) fn late(&self) {
        self.late_events.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn queue_full(&self, spans: u64) {
        self.queue_full.fetch_add(spans, Ordering::Relaxed);
    }
}
