//! Times of a device on the host's clock.

use crate::driver::{Driver, DriverError, Event, StreamId};

/// How far the two clocks may run apart, as a share of the time since they were compared.
const DRIFT: f64 = 50e-6;

/// What an elapsed time may be off by itself, in seconds.
const RESOLUTION: f64 = 0.5e-6;

/// How often they are compared each time. The best one counts.
const TRIES: usize = 4;

/// How long one comparison waits for its event, in seconds: on a stream of its own it takes microseconds.
const PATIENCE: f64 = 200e-6;

/// After so many seconds they are compared anew: elapsed times are told in single precision, so that far ones are told
/// coarsely.
pub(crate) const LIFETIME: f64 = 1.0;

/// An event of which it is known when it happened on the host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    event: Event,
    /// In ticks.
    at: u64,
    /// In seconds, half of the time in which it must have happened.
    error: f64,
}

/// The host's clock, in ticks.
#[derive(Clone, Copy)]
pub(crate) struct Clock<'a> {
    pub(crate) now: &'a dyn Fn() -> u64,
    pub(crate) seconds: &'a dyn Fn(u64) -> f64,
    pub(crate) ticks: &'a dyn Fn(f64) -> u64,
}

/// A moment on the host's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// In ticks.
    pub(crate) at: u64,
    /// By how much it may be off, in seconds.
    pub(crate) error: f64,
}

impl Anchor {
    /// Compares the clocks, with two events that nobody else uses: it ends up in one of them. `None` where the events
    /// do not come to pass in time.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(crate) fn drop_in(
        driver: &dyn Driver,
        stream: StreamId,
        mut events: [Event; 2],
        clock: Clock<'_>,
    ) -> Result<Option<Anchor>, DriverError> {
        let mut best: Option<Anchor> = None;
        for _ in 0..TRIES {
            let [event, other] = events;
            let before = (clock.now)();
            driver.record(event, stream)?;
            let waited = || (clock.now)().saturating_sub(before);
            let mut happened = driver.is_complete(event)?;
            while !happened && (clock.seconds)(waited()) < PATIENCE {
                std::hint::spin_loop();
                happened = driver.is_complete(event)?;
            }
            if !happened {
                continue;
            }
            let width = waited();
            let error = (clock.seconds)(width) / 2.0;
            if best.is_none_or(|best| error < best.error) {
                best = Some(Anchor { event, at: before + width / 2, error });
                // The next one is tried with the event that is not the best.
                events = [other, event];
            }
        }
        Ok(best)
    }

    /// The event that it is in.
    pub(crate) fn event(&self) -> Event {
        self.event
    }

    /// When an event happened that has.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(crate) fn map(
        &self,
        driver: &dyn Driver,
        event: Event,
        clock: Clock<'_>,
    ) -> Result<Moment, DriverError> {
        let since = driver.elapsed(self.event, event)?;
        let distance = (clock.ticks)(since.abs());
        let at =
            if since < 0.0 { self.at.saturating_sub(distance) } else { self.at.saturating_add(distance) };
        Ok(Moment { at, error: self.error + RESOLUTION + DRIFT * since.abs() })
    }
}

#[cfg(test)]
mod tests;
