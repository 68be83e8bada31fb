//! Many threads at once.

use super::*;
use obs_gpu::driver::{Driver, DriverError, Event, Properties};
use std::cell::Cell;
use std::thread;

kernel!(OF_THREADS, "of_threads");
kernel!(BUSY, "busy");
kernel!(SHARED, "shared", every: 3);

#[test]
fn no_launch_is_lost_or_counted_twice() {
    const THREADS: u64 = 8;
    const LAUNCHES: u64 = 2000;
    let simulated = Simulated::new("busy-0");
    thread::scope(|scope| {
        for number in 0..THREADS {
            let simulated = &simulated;
            scope.spawn(move || {
                for turn in 0..LAUNCHES {
                    // Streams are shared, too.
                    simulated.launch_into(&BUSY, StreamId(number % 3), 1e-6);
                    simulated.launch_into(&SHARED, StreamId(turn % 5), 1e-6);
                    simulated.driver.advance(1e-6);
                }
            });
        }
    });
    simulated.finish();
    let all = (THREADS * LAUNCHES) as f64;
    assert_eq!(launches("busy", "busy-0", "ok"), all);
    assert_eq!(launches("shared", "busy-0", "ok"), all);
    assert_adds_up("busy", "busy-0");
    assert_adds_up("shared", "busy-0");
    let skipped = (THREADS * LAUNCHES) - (THREADS * LAUNCHES).div_ceil(3);
    assert!((untimed("shared", "busy-0", "sampled") - skipped as f64).abs() <= 2.0);
    assert!(timings("busy", "busy-0").count() > 0);
    assert_eq!(number("gpu_event_pairs", &[("device", "busy-0"), ("state", "free")]), 512.0);
}

/// A driver with a stream that is one in each thread, under one number.
#[derive(Clone, Debug)]
struct PerThread(fake::Device);

const EACH: StreamId = StreamId(2);

thread_local! {
    static OWN: Cell<StreamId> = const { Cell::new(StreamId(100)) };
}

fn own(stream: StreamId) -> StreamId {
    if stream == EACH { OWN.get() } else { stream }
}

impl Driver for PerThread {
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
        self.0.is_capturing(own(stream))
    }

    fn is_per_thread(&self, stream: StreamId) -> bool {
        stream == EACH
    }

    fn record(&self, event: Event, stream: StreamId) -> Result<(), DriverError> {
        self.0.record(event, own(stream))
    }

    fn is_complete(&self, event: Event) -> Result<bool, DriverError> {
        self.0.is_complete(event)
    }

    fn elapsed(&self, start: Event, end: Event) -> Result<f64, DriverError> {
        self.0.elapsed(start, end)
    }
}

#[test]
fn a_stream_that_each_thread_has_is_one_for_each() {
    let driver = PerThread(fake::Device::new());
    let device = Device::open(driver.clone(), "of_threads-0").unwrap();
    let lane = device.lane(EACH);
    let launch = |seconds| {
        let launch = OF_THREADS.launch(lane);
        driver.0.work(own(EACH), seconds);
        drop(launch);
    };
    launch(1000.0);
    thread::scope(|scope| {
        scope.spawn(|| {
            OWN.set(StreamId(101));
            launch(0.001);
        });
    });
    driver.0.advance(1.0);
    let simulated = Simulated { driver: driver.0.clone(), device };
    simulated.settle_at(1);
    // The long one of this thread is not in its way.
    assert_eq!(timings("of_threads", "of_threads-0").count(), 1);
    // One that wanders has its events in two streams.
    let wandering = OF_THREADS.launch(lane);
    thread::scope(|scope| {
        scope.spawn(|| {
            OWN.set(StreamId(102));
            drop(wandering);
        });
    });
    assert_eq!(untimed("of_threads", "of_threads-0", "moved"), 1.0);
    simulated.finish();
    assert_adds_up("of_threads", "of_threads-0");
}
