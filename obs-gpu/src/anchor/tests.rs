//! Two simulated clocks, of which each look takes some time.

use super::*;
use crate::driver::{Fault, Properties};
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The host's clock in nanoseconds, and a device whose clock began at another time and runs at another rate.
#[derive(Clone, Debug)]
struct Simulated {
    host: Arc<AtomicU64>,
    /// How long a call of the driver takes on the host, and how long an event takes to happen afterwards, in
    /// nanoseconds; the other tries are disturbed by ten times that.
    call: u64,
    latency: u64,
    drift: f64,
    calls: Arc<AtomicU64>,
    /// When the events happened, by the host's clock.
    events: Arc<[AtomicU64; 8]>,
}

impl Simulated {
    fn new(call: u64, latency: u64, drift: f64) -> Simulated {
        Simulated {
            host: Arc::new(AtomicU64::new(5_000_000_000)),
            call,
            latency,
            drift,
            calls: Arc::default(),
            events: Arc::default(),
        }
    }

    fn pass(&self, nanos: u64) -> u64 {
        self.host.fetch_add(nanos, Ordering::Relaxed) + nanos
    }

    /// The device's clock in seconds, when the host's says this.
    fn device(&self, host: u64) -> f64 {
        1234.5 + host as f64 / 1e9 * (1.0 + self.drift)
    }

    fn happens(&self, event: Event, host: u64) {
        self.events[event.0 as usize].store(host, Ordering::Relaxed);
    }
}

impl Driver for Simulated {
    fn attach(&self) -> Result<(), DriverError> {
        Ok(())
    }

    fn properties(&self) -> Properties {
        Properties::default()
    }

    fn create(&self) -> Result<Event, DriverError> {
        Ok(Event(0))
    }

    fn destroy(&self, _: Event) {}

    fn own_stream(&self) -> Result<StreamId, DriverError> {
        Ok(StreamId(9))
    }

    fn is_capturing(&self, _: StreamId) -> Result<bool, DriverError> {
        Ok(false)
    }

    fn record(&self, event: Event, _: StreamId) -> Result<(), DriverError> {
        let disturbed = if self.calls.fetch_add(1, Ordering::Relaxed) == 2 { 1 } else { 10 };
        let now = self.pass(self.call * disturbed);
        self.happens(event, now + self.latency);
        Ok(())
    }

    fn is_complete(&self, event: Event) -> Result<bool, DriverError> {
        let now = self.pass(self.call);
        Ok(self.events[event.0 as usize].load(Ordering::Relaxed) <= now)
    }

    fn elapsed(&self, start: Event, end: Event) -> Result<f64, DriverError> {
        let at = |event: Event| self.device(self.events[event.0 as usize].load(Ordering::Relaxed));
        Ok(f64::from(((at(end) - at(start)) * 1e3) as f32) / 1e3)
    }
}

fn with_clock<R>(simulated: &Simulated, body: impl FnOnce(Clock<'_>) -> R) -> R {
    let now = || simulated.pass(20);
    body(Clock { now: &now, seconds: &|ticks| ticks as f64 / 1e9, ticks: &|seconds| (seconds * 1e9) as u64 })
}

const STREAM: StreamId = StreamId(9);

#[test]
fn times_are_right_within_the_stated_error() {
    for (call, latency, drift) in [(300, 4000, 40e-6), (1000, 9000, -45e-6), (50, 0, 0.0)] {
        let simulated = Simulated::new(call, latency, drift);
        with_clock(&simulated, |clock| {
            let events = [Event(1), Event(2)];
            let anchor = Anchor::drop_in(&simulated, STREAM, events, clock).unwrap().expect("in time");
            let here = simulated.host.load(Ordering::Relaxed);
            // Up to two seconds later, and before it, too.
            for offset in [-900_000_000_i64, -1000, 1000, 1_000_000, 999_000_000, 2_000_000_000] {
                let at = here.saturating_add_signed(offset);
                simulated.happens(Event(3), at);
                let moment = anchor.map(&simulated, Event(3), clock).unwrap();
                let off = moment.at.abs_diff(at) as f64 / 1e9;
                // A tick of what single precision rounds to.
                assert!(off <= moment.error + 70e-9, "{offset}: {off} over {}", moment.error);
                assert!(
                    moment.error >= RESOLUTION + DRIFT * 0.9 * offset.abs() as f64 / 1e9,
                    "{}",
                    moment.error
                );
                assert!(moment.error < 300e-6, "{}", moment.error);
            }
        });
    }
}

#[test]
fn the_least_disturbed_comparison_counts_and_keeps_its_event() {
    let simulated = Simulated::new(1000, 2000, 0.0);
    with_clock(&simulated, |clock| {
        let anchor =
            Anchor::drop_in(&simulated, STREAM, [Event(1), Event(2)], clock).unwrap().expect("in time");
        // The third of four: some 1 + 2 µs and a look or two, where the others take 10.
        assert!(anchor.error < 4e-6, "{}", anchor.error);
        let at = simulated.events[anchor.event().0 as usize].load(Ordering::Relaxed);
        assert!(
            anchor.at.abs_diff(at) as f64 / 1e9 <= anchor.error,
            "the last comparison was put into its event"
        );
    });
}

#[test]
fn an_event_that_does_not_come_to_pass_is_not_waited_for() {
    let simulated = Simulated::new(1000, 10_000_000_000, 0.0);
    with_clock(&simulated, |clock| {
        let before = simulated.host.load(Ordering::Relaxed);
        let anchor = Anchor::drop_in(&simulated, STREAM, [Event(1), Event(2)], clock).unwrap();
        assert!(anchor.is_none());
        let took = simulated.host.load(Ordering::Relaxed) - before;
        assert!(took < 2_000_000, "{took} ns");
    });
}

#[test]
fn what_the_driver_refuses_is_told() {
    #[derive(Debug)]
    struct Refuses(Simulated);
    impl Driver for Refuses {
        fn attach(&self) -> Result<(), DriverError> {
            self.0.attach()
        }
        fn properties(&self) -> Properties {
            self.0.properties()
        }
        fn create(&self) -> Result<Event, DriverError> {
            self.0.create()
        }
        fn destroy(&self, event: Event) {
            self.0.destroy(event);
        }
        fn own_stream(&self) -> Result<StreamId, DriverError> {
            self.0.own_stream()
        }
        fn is_capturing(&self, stream: StreamId) -> Result<bool, DriverError> {
            self.0.is_capturing(stream)
        }
        fn record(&self, _: Event, _: StreamId) -> Result<(), DriverError> {
            Err(DriverError { fault: Fault::Call, code: 3 })
        }
        fn is_complete(&self, event: Event) -> Result<bool, DriverError> {
            self.0.is_complete(event)
        }
        fn elapsed(&self, start: Event, end: Event) -> Result<f64, DriverError> {
            self.0.elapsed(start, end)
        }
    }
    let refuses = Refuses(Simulated::new(1, 1, 0.0));
    with_clock(&refuses.0, |clock| {
        let refused = Anchor::drop_in(&refuses, STREAM, [Event(1), Event(2)], clock);
        assert_eq!(refused.map(|_| ()).map_err(|error| error.code), Err(3));
    });
}
