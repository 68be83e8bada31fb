//! The device's times on the host's clock.

use super::*;
use obs_runtime::observe;
use obs_runtime::testing::{self, FieldValue};
use std::time::Instant;

kernel!(QUEUED, "queued");
kernel!(ROUNDED, "rounded");

#[test]
fn queue_times_are_right_within_the_stated_error() {
    // A clock that is as wrong as any: 40 µs a second.
    let driver = fake::Device::running(40e-6);
    let simulated = Simulated::of(driver.clone(), "queued-0");
    #[observe]
    fn enqueue(simulated: &Simulated) -> (f64, f64) {
        // Work is put there, which the kernel has to wait for; both ends of the wait are known within what these
        // clocks say.
        let before = Instant::now();
        simulated.driver.work(STREAM, 0.080);
        let after = Instant::now();
        let began = Instant::now();
        let launch = QUEUED.launch(simulated.lane());
        let launched = Instant::now();
        simulated.driver.work(STREAM, 0.020);
        drop(launch);
        let least = 0.080 - (launched - before).as_secs_f64();
        (least, 0.080 - (began - after).as_secs_f64())
    }
    let ((least, most), captured) = testing::capture(|| {
        let bounds = enqueue(&simulated);
        simulated.settle();
        bounds
    });
    let span = captured.span("gpu.kernel");
    let float = |name: &str| match span.field(name) {
        Some(FieldValue::Float(value)) => *value,
        other => panic!("{name} is {other:?}"),
    };
    let (queue, error) = (float("gpu.queue_seconds"), float("gpu.clock_error_seconds"));
    // Running clocks tell seconds 40 millionths too long, which is less than this.
    let slack = error + 10e-6;
    assert!((least - slack..=most + slack).contains(&queue), "{queue} in {least} to {most} within {error}");
    assert!((span.duration.as_secs_f64() - 0.020).abs() < 5e-6, "{:?}", span.duration);
    assert!(error > 0.0 && error < 0.01, "{error}");
    assert!(number("gpu_clock_error_seconds", &[("device", "queued-0")]) > 0.0);
}

#[test]
fn elapsed_times_are_told_in_single_precision() {
    let simulated = Simulated::new("rounded-0");
    let seconds = [1.0 / 3.0, 123.456_789_123];
    simulated.launch(&ROUNDED, seconds[0]);
    simulated.launch(&ROUNDED, seconds[1]);
    simulated.finish();
    let rounded: f64 = seconds.iter().map(|seconds| f64::from((seconds * 1e3) as f32) / 1e3).sum();
    let sum = timings("rounded", "rounded-0").sum;
    assert!((sum - rounded).abs() < 1e-9, "{sum} {rounded}");
    assert!((sum - seconds.iter().sum::<f64>()).abs() > 1e-9, "nothing was rounded");
}
