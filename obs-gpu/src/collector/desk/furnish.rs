//! Making what a desk needs of its device.

use super::Desk;
use crate::driver::{Driver, DriverError, StreamId};
use crate::pool::{Pair, Session};
use obs_runtime::__private::v1;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// So many pairs of events are put into an empty stream to find out what one costs.
const TRIALS: usize = 8;

impl Desk {
    /// Makes events and a stream, and finds out what they cost.
    pub(super) fn furnish(&mut self, session: &Arc<Session>) -> Result<(), DriverError> {
        let driver = &*session.driver;
        driver.attach()?;
        let _ = session.facts.set(driver.properties());
        // Ours first, for they are few; and what comes later is tried whatever is refused before.
        let clock = self.furnish_clock(driver);
        let pairs = self.fill(session);
        clock.and_then(|stream| self.measure(driver, stream)).and(pairs)
    }

    /// Makes the stream and the events that the clocks are compared with, and compares them.
    fn furnish_clock(&mut self, driver: &dyn Driver) -> Result<StreamId, DriverError> {
        let stream = driver.own_stream()?;
        self.own = Some((stream, [driver.create()?, driver.create()?, driver.create()?]));
        self.compare(driver)?;
        Ok(stream)
    }

    /// Fills the pool.
    fn fill(&self, session: &Arc<Session>) -> Result<(), DriverError> {
        let driver = &*session.driver;
        for _ in 0..self.state.pool.capacity() {
            let start = driver.create()?;
            let stop = driver.create().inspect_err(|_| driver.destroy(start))?;
            self.state.give(Pair::new(start, stop, Arc::clone(session)));
        }
        Ok(())
    }

    /// Finds out what a pair of events costs: on the host, and in the stream.
    fn measure(&self, driver: &dyn Driver, stream: StreamId) -> Result<(), DriverError> {
        let Some(pair) = self.state.take(self.turn()) else { return Ok(()) };
        // The least of each: all others were disturbed.
        let (mut host, mut stream_time) = (f64::INFINITY, f64::INFINITY);
        let mut trial = || -> Result<bool, DriverError> {
            let began = v1::now();
            driver.record(pair.start, stream)?;
            driver.record(pair.stop, stream)?;
            host = host.min(v1::seconds(v1::now().saturating_sub(began)));
            let patience = Instant::now();
            while !driver.is_complete(pair.stop)? {
                if patience.elapsed().as_millis() > 20 {
                    return Ok(false);
                }
                std::hint::spin_loop();
            }
            stream_time = stream_time.min(driver.elapsed(pair.start, pair.stop)?);
            Ok(true)
        };
        // A device that is too busy for one is so for the others, and a launch waits for us.
        let tried = (0..TRIALS).try_for_each(|_| match trial() {
            Ok(true) => Ok(()),
            Ok(false) => Err(None),
            Err(error) => Err(Some(error)),
        });
        self.state.give(pair);
        if let Err(Some(error)) = tried {
            return Err(error);
        }
        let known = match stream_time.is_finite() {
            // From one event to the next is what one of them takes, and a pair is two.
            true => 2.0 * stream_time,
            false => f64::from_bits(self.state.pair_cost.load(Ordering::Relaxed)),
        };
        self.state.pair_cost.store(known.max(host).to_bits(), Ordering::Relaxed);
        Ok(())
    }
}
