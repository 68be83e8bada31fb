//! Counts over the last while, from counts since the start.
//!
//! Each window keeps where the counts stood at most sixty times, so the memory is bounded and nothing has
//! to run in the background: whoever asks, remembers.

use std::collections::VecDeque;
use std::time::Duration;

const MINUTE: u64 = 60;

/// The lengths of the windows, which are those of burn-rate alerts that look at short times.
pub(super) const WINDOWS: [Duration; 3] = [
    Duration::from_secs(5 * MINUTE),
    Duration::from_secs(60 * MINUTE),
    Duration::from_secs(24 * 60 * MINUTE),
];

/// How many times a window remembers.
const STEPS: u32 = 60;

/// Calls that an objective counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Events {
    pub(super) good: u64,
    pub(super) total: u64,
}

/// The events of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) length: Duration,
    pub(super) covers: Duration,
    pub(super) events: Events,
}

/// Where the counts of one objective stood, for each window.
#[derive(Debug)]
pub(super) struct Rolling {
    windows: [VecDeque<(Duration, Events)>; 3],
}

impl Rolling {
    /// At the moment zero, nothing was counted.
    pub(super) fn new() -> Rolling {
        Rolling { windows: std::array::from_fn(|_| VecDeque::from([(Duration::ZERO, Events::default())])) }
    }

    /// Every window up to the moment `at`, at which the counts are `now`; remembers them.
    pub(super) fn windows(&mut self, at: Duration, now: Events) -> [Over; 3] {
        std::array::from_fn(|n| {
            let (length, known) = (WINDOWS[n], &mut self.windows[n]);
            // The one before the window begins is its beginning; what is older is of no use.
            while known.get(1).is_some_and(|(then, _)| at.saturating_sub(*then) >= length) {
                known.pop_front();
            }
            let (then, before) = known.front().copied().unwrap_or_default();
            if known.back().is_none_or(|(last, _)| at.saturating_sub(*last) >= length / STEPS) {
                known.push_back((at, now));
            }
            // Snapshots that are taken at once may be told here in another order.
            let events = Events {
                good: now.good.saturating_sub(before.good),
                total: now.total.saturating_sub(before.total),
            };
            Over { length, covers: at.saturating_sub(then), events }
        })
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.windows.iter().map(VecDeque::len).sum()
    }
}
