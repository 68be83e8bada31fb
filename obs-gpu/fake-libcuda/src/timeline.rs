//! The device's time.

use std::time::Instant;

/// Nanoseconds from the start, either real or moved by the script.
#[derive(Debug)]
pub(crate) enum Clock {
    Real(Instant),
    Virtual(u64),
}

impl Clock {
    pub(crate) fn now(&self) -> u64 {
        match self {
            Clock::Real(start) => start.elapsed().as_nanos() as u64,
            Clock::Virtual(now) => *now,
        }
    }

    /// Whether it is that late. Who waits moves virtual time.
    pub(crate) fn reach(&mut self, moment: u64) -> bool {
        if let Clock::Virtual(now) = self {
            *now = (*now).max(moment);
        }
        self.now() >= moment
    }
}

/// A moment as an event keeps it: the counter moves every half microsecond.
pub(crate) fn stamp(moment: u64) -> u64 {
    moment / 500 * 500
}
