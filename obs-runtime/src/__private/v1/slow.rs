//! Calls that took longer than the attribute's `slow`.

use super::Live;
use super::spans::End;
use crate::cells::{Count, Slot};
use crate::clock;
use crate::instrument::timing::slow_ticks;
use crate::trace::record::Named;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// The target of the warnings.
pub(crate) const SLOW: &str = "obs::slow";

/// Seconds between two warnings of one function.
const PAUSE: f64 = 1.0;

/// What is kept of a function's slow calls.
#[derive(Debug)]
pub(crate) struct Slow {
    /// In ticks; the largest number where there is no bound.
    bound: u64,
    pub(crate) count: Slot,
    /// When the last warning was, in ticks; zero before the first.
    warned: AtomicU64,
    left_out: AtomicU64,
}

impl Slow {
    /// For a bound in nanoseconds, or none.
    pub(super) fn new(nanos: Option<u64>) -> Slow {
        Slow {
            bound: slow_ticks(nanos),
            count: Slot::new(),
            warned: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
        }
    }

    /// Whether a call of so many ticks is slow.
    pub(crate) fn is(&self, ticks: u64) -> bool {
        ticks > self.bound
    }

    /// Whether it is time for a warning, and how many were left out before it.
    fn turn(&self, now: u64) -> Option<u64> {
        let warned = self.warned.load(Ordering::Relaxed);
        let rests = warned != 0 && now.saturating_sub(warned) < clock::ticks(PAUSE);
        // Of two threads at one time, one warns.
        let turn = |was| {
            let (set, read) = (Ordering::Relaxed, Ordering::Relaxed);
            self.warned.compare_exchange(was, now.max(1), set, read).is_ok()
        };
        if rests || !turn(warned) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(self.left_out.swap(0, Ordering::Relaxed))
    }
}

impl Live {
    /// Counts a slow call, and warns of one that has no spans.
    #[cold]
    pub(super) fn was_slow(&self, ticks: u64, end: u64, attend: bool) {
        self.slow.count.update(1, Count { at: 0, n: 1 });
        if !attend {
            self.warn_slow(ticks, end, Vec::new);
        }
    }

    /// Warns of a slow call while its spans are still open.
    pub(super) fn tell_slow(&self, end: &End, fields: impl FnOnce() -> Vec<Named>) {
        let ticks = end.end.saturating_sub(end.start);
        if self.slow.is(ticks) {
            self.warn_slow(ticks, end.end, fields);
        }
    }

    #[cold]
    fn warn_slow(&self, ticks: u64, end: u64, fields: impl FnOnce() -> Vec<Named>) {
        let Some(left_out) = self.slow.turn(end) else { return };
        let mut text = String::new();
        for (name, value) in fields() {
            let gap = if text.is_empty() { "" } else { " " };
            // A string takes everything.
            let _ = write!(text, "{gap}{name}={value}");
        }
        tracing::warn!(
            target: SLOW,
            function = self.desc.name,
            module = self.desc.module,
            duration_seconds = clock::seconds(ticks),
            bound_seconds = self.desc.slow.unwrap_or_default() as f64 / 1e9,
            left_out,
            fields = (!text.is_empty()).then_some(text.as_str()),
            "the call took longer than its bound"
        );
    }
}
