//! Subscribers that panic, on whichever thread tells them something: the collector's most of all.
//!
//! A program has one of them, so this test has a program of its own.

#![cfg(not(feature = "off"))]

use obs_gpu::driver::StreamId;
use obs_gpu::{Device, Kernel, fake, gpu_kernel};
use obs_runtime::snapshot::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

static TOLD: AtomicU64 = AtomicU64::new(0);

struct Panics;

impl<S: tracing::Subscriber> Layer<S> for Panics {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "obs::gpu" {
            TOLD.fetch_add(1, Ordering::Relaxed);
            // Without a message of its own.
            std::panic::resume_unwind(Box::new("a subscriber's"));
        }
    }
}

#[gpu_kernel(name = "told", slow = "1us", every = 1)]
static TOLD_OF: Kernel = Kernel::new();

fn value(family: &str, labels: &[(&str, &str)]) -> f64 {
    match obs_runtime::snapshot().value(family, labels) {
        Some(Value::Integer(value)) => *value as f64,
        Some(Value::Float(value)) => *value,
        Some(Value::Histogram(value)) => value.count() as f64,
        _ => f64::NAN,
    }
}

#[test]
fn who_panics_when_told_loses_a_line_and_no_device() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Panics)).unwrap();
    let driver = fake::Device::new();
    let device = Device::open(driver.clone(), "0").unwrap();
    let lane = device.lane(StreamId(1));
    for turn in 0..3 {
        let launch = TOLD_OF.launch(lane);
        driver.work(StreamId(1), 0.001);
        drop(launch);
        driver.advance(1.0);
        assert_eq!(obs_gpu::flush(Duration::from_secs(10)).pending, 0, "{turn}");
        // A line a second at most.
        std::thread::sleep(Duration::from_millis(1100));
    }
    let labels = [("kernel", "told"), ("device", "0")];
    assert_eq!(
        (value("gpu_kernel_duration_seconds", &labels), value("gpu_kernel_slow_total", &labels)),
        (3.0, 3.0)
    );
    assert_eq!(
        (device.is_up(), value("gpu_event_pairs", &[("device", "0"), ("state", "used")])),
        (true, 0.0)
    );
    let told = TOLD.load(Ordering::Relaxed) as f64;
    assert!(told >= 3.0, "nobody was told");
    assert_eq!(value("gpu_subscriber_panics_total", &[]), told);
    // What is lost is lost all the same, and said to be.
    driver.lose(700);
    drop(TOLD_OF.launch(lane));
    assert!(!device.is_up());
    assert_eq!(value("gpu_kernel_launches_total", &[labels[0], labels[1], ("result", "ok")]), 4.0);
}
