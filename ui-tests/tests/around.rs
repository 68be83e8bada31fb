//! Where events go: into the launch's own stream, right before its body and right behind it. A program of its own,
//! because a device that is open counts for all of a process.

use obs_gpu::driver::{Driver, DriverError, Event, Properties, StreamId};
use obs_gpu::{Device, Kernel, Lane, gpu_kernel};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;
use ui_tests::{Yield, calls, cancel, panics, ready, timed};

/// What went into each stream, in order.
static LOG: Mutex<Vec<(StreamId, &'static str)>> = Mutex::new(Vec::new());

fn log(lane: Lane<'static>, what: &'static str) {
    let stream = STREAMS.iter().find(|stream| DEVICE.lane(**stream) == lane).expect("one of ours");
    LOG.lock().unwrap().push((*stream, what));
}

/// A device that does everything at once.
#[derive(Debug, Default)]
struct Instant(AtomicU64);

impl Driver for Instant {
    fn attach(&self) -> Result<(), DriverError> {
        Ok(())
    }

    fn properties(&self) -> Properties {
        Properties::default()
    }

    fn create(&self) -> Result<Event, DriverError> {
        Ok(Event(self.0.fetch_add(1, Ordering::Relaxed)))
    }

    fn destroy(&self, _: Event) {}

    fn own_stream(&self) -> Result<StreamId, DriverError> {
        Ok(StreamId(u64::MAX))
    }

    fn is_capturing(&self, _: StreamId) -> Result<bool, DriverError> {
        Ok(false)
    }

    fn record(&self, _: Event, stream: StreamId) -> Result<(), DriverError> {
        if STREAMS.contains(&stream) {
            LOG.lock().unwrap().push((stream, "event"));
        }
        Ok(())
    }

    fn is_complete(&self, _: Event) -> Result<bool, DriverError> {
        Ok(true)
    }

    fn elapsed(&self, _: Event, _: Event) -> Result<f64, DriverError> {
        Ok(0.001)
    }
}

const STREAMS: [StreamId; 6] = [StreamId(1), StreamId(2), StreamId(3), StreamId(4), StreamId(5), StreamId(6)];
static DEVICE: LazyLock<Device> = LazyLock::new(|| Device::open(Instant::default(), "0").unwrap());

fn lane(of: usize) -> Lane<'static> {
    DEVICE.lane(STREAMS[of])
}

/// What went into a stream, and how its launches ended.
#[track_caller]
fn assert_logged(of: usize, kernel: &str, logged: &[&str], ended: &[(&str, u64)]) {
    let log = LOG.lock().unwrap();
    let found: Vec<&str> = log.iter().filter(|(at, _)| *at == STREAMS[of]).map(|(_, what)| *what).collect();
    assert_eq!(found, logged, "{kernel}");
    drop(log);
    assert_eq!(obs_gpu::flush(Duration::from_secs(10)).pending, 0);
    let identity = [("kernel", kernel), ("device", "0")];
    let ended: Vec<(String, u64)> = ended.iter().map(|(how, n)| ((*how).to_owned(), *n)).collect();
    assert_eq!(calls("gpu_kernel_launches", &identity).into_iter().collect::<Vec<_>>(), ended);
    let ok = ended.iter().find(|(how, _)| how == "ok").map_or(0, |(_, launches)| *launches);
    assert_eq!(
        timed("gpu_kernel", &identity).values().sum::<u64>(),
        ok,
        "each launch that ends well is timed"
    );
}

#[gpu_kernel(stream = lane, every = 1)]
fn sync(lane: Lane<'static>, n: u8) -> Result<u8, String> {
    log(lane, "body");
    if n == 0 {
        return Err("zero".to_owned());
    }
    assert!(n < 9, "by design");
    Ok(n)
}

#[test]
fn of_a_function() {
    assert!(sync(lane(0), 1).is_ok() && sync(lane(0), 0).is_err());
    panics(|| sync(lane(0), 9));
    // What fails is not timed.
    let logged = ["event", "body", "event", "event", "body", "event", "body"];
    assert_logged(0, "sync", &logged, &[("error", 1), ("ok", 1), ("panic", 1)]);
}

#[gpu_kernel(stream = lane, every = 1)]
fn unread(lane: Lane<'static>) {
    struct Last(Lane<'static>);
    impl Drop for Last {
        fn drop(&mut self) {
            log(self.0, "destructor");
        }
    }
    let _last = Last(lane);
    log(lane, "body");
}

#[test]
fn of_a_function_that_returns_nothing() {
    unread(lane(1));
    assert_logged(1, "unread", &["event", "body", "destructor", "event"], &[("ok", 1)]);
}

#[gpu_kernel(stream = lane, every = 1)]
async fn later(lane: Lane<'static>) -> Result<(), String> {
    log(lane, "body");
    Yield::default().await;
    log(lane, "again");
    Ok(())
}

#[test]
fn of_a_future() {
    let future = later(lane(2));
    log(lane(2), "unpolled");
    ready(future).unwrap();
    cancel(later(lane(2)));
    let logged = ["unpolled", "event", "body", "again", "event", "event", "body"];
    assert_logged(2, "later", &logged, &[("cancelled", 1), ("ok", 1)]);
}

#[gpu_kernel(stream = lane, every = 1)]
fn boxed(lane: Lane<'static>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    log(lane, "statements");
    Box::pin(async move { log(lane, "body") })
}

#[test]
fn of_a_returned_future() {
    ready(boxed(lane(3)));
    assert_logged(3, "boxed", &["event", "statements", "body", "event"], &[("ok", 1)]);
}

#[gpu_kernel(every = 1)]
static PART: Kernel = Kernel::new();

#[test]
fn of_a_static_on_two_streams() {
    let (first, second) = (PART.launch(lane(4)), PART.launch(lane(5)));
    log(lane(4), "first");
    log(lane(5), "second");
    drop((first, second));
    assert_logged(4, "part", &["event", "first", "event"], &[("ok", 2)]);
    assert_logged(5, "part", &["event", "second", "event"], &[("ok", 2)]);
}
