//! Kernels on the scripted driver: every branch that timing can take.
//!
//! All tests share the collector and run at the same time; each has a device and kernels of its own.

#![cfg(not(feature = "off"))]

mod clock;
mod counts;
mod faults;
mod futures;
mod order;
mod results;
mod sampling;
mod spans;
mod threads;

use obs_gpu::driver::StreamId;
use obs_gpu::{Device, Lane, fake};
use obs_runtime::snapshot::{HistogramValue, Snapshot, Value};
use std::time::{Duration, Instant};

/// A kernel as `#[gpu_kernel]` declares it, timed at each launch unless `every` says otherwise.
macro_rules! kernel {
    ($name:ident, $text:literal, every: $every:expr $(, $field:ident: $value:expr)*) => {
        pub(crate) static $name: obs_gpu::Kernel = obs_gpu::Kernel::described(&obs_gpu::__private::v1::KernelDesc {
            name: $text,
            module: module_path!(),
            file: file!(),
            line: line!(),
            every: $every,
            $($field: $value,)*
            ..obs_gpu::__private::v1::KernelDesc::DEFAULT
        });
        obs_gpu::__private::v1::inventory::submit! { obs_gpu::__private::v1::Entry::kernel(&$name) }
    };
    ($name:ident, $text:literal $(, $field:ident: $value:expr)*) => {
        kernel!($name, $text, every: 1 $(, $field: $value)*);
    };
}
pub(crate) use kernel;

/// A stream of a simulated device.
pub(crate) struct Simulated {
    pub(crate) driver: fake::Device,
    pub(crate) device: Device,
}

pub(crate) const STREAM: StreamId = StreamId(1);

impl Simulated {
    pub(crate) fn new(label: &str) -> Simulated {
        Simulated::of(fake::Device::new(), label)
    }

    pub(crate) fn of(driver: fake::Device, label: &str) -> Simulated {
        let device = Device::open(driver.clone(), label).expect("labels of tests are their own");
        Simulated { driver, device }
    }

    pub(crate) fn lane(&self) -> Lane<'static> {
        self.device.lane(STREAM)
    }

    /// Launches work of so many seconds.
    pub(crate) fn launch(&self, kernel: &'static obs_gpu::Kernel, seconds: f64) {
        self.launch_into(kernel, STREAM, seconds);
    }

    pub(crate) fn launch_into(&self, kernel: &'static obs_gpu::Kernel, stream: StreamId, seconds: f64) {
        let launch = kernel.launch(self.device.lane(stream));
        self.driver.work(stream, seconds);
        drop(launch);
    }

    /// Lets the device finish all that it has, and the collector read it.
    pub(crate) fn finish(&self) {
        self.driver.advance(3600.0);
        self.settle();
    }

    /// Waits until the collector has read all that the device has done.
    pub(crate) fn settle(&self) {
        self.settle_at(0);
    }

    /// Waits until so many launches are pending.
    pub(crate) fn settle_at(&self, pending: usize) {
        let began = Instant::now();
        while self.device.pending() != pending {
            assert!(began.elapsed().as_secs() < 20, "{} timings are pending", self.device.pending());
            // The devices of other tests may stay busy, so the answer is not asked for.
            obs_gpu::flush(Duration::from_micros(100));
        }
    }
}

/// What a counter or gauge stands at; no number if it is not there.
pub(crate) fn number(family: &str, labels: &[(&str, &str)]) -> f64 {
    number_in(&obs_runtime::snapshot(), family, labels)
}

/// The same at one moment: with all kernels on all devices of all tests, a snapshot takes its time.
fn number_in(snapshot: &Snapshot, family: &str, labels: &[(&str, &str)]) -> f64 {
    match snapshot.value(family, labels) {
        Some(Value::Integer(value)) => *value as f64,
        Some(Value::Float(value)) => *value,
        _ => f64::NAN,
    }
}

/// A histogram.
pub(crate) fn histogram(family: &str, labels: &[(&str, &str)]) -> HistogramValue {
    match obs_runtime::snapshot().value(family, labels) {
        Some(Value::Histogram(value)) => value.clone(),
        other => panic!("{family}{labels:?} is {other:?}"),
    }
}

/// The timings of a kernel on a device.
pub(crate) fn timings(kernel: &str, device: &str) -> HistogramValue {
    histogram("gpu_kernel_duration_seconds", &[("kernel", kernel), ("device", device)])
}

pub(crate) fn launches(kernel: &str, device: &str, result: &str) -> f64 {
    number("gpu_kernel_launches_total", &[("kernel", kernel), ("device", device), ("result", result)])
}

pub(crate) fn untimed(kernel: &str, device: &str, reason: &str) -> f64 {
    number("gpu_kernel_untimed_total", &[("kernel", kernel), ("device", device), ("reason", reason)])
}

/// That each ok launch is timed, counted as untimed, or pending.
#[track_caller]
pub(crate) fn assert_adds_up(kernel: &str, device: &str) {
    let snapshot = obs_runtime::snapshot();
    let of = [("kernel", kernel), ("device", device)];
    let reasons = ["sampled", "capture", "pool", "refused", "lost", "failed", "moved", "concurrent"]
        .map(|reason| number_in(&snapshot, "gpu_kernel_untimed_total", &[of[0], of[1], ("reason", reason)]));
    let pending = number_in(&snapshot, "gpu_timings_pending", &[of[1]]);
    let Some(Value::Histogram(timed)) = snapshot.value("gpu_kernel_duration_seconds", &of) else {
        panic!("no timings of {kernel}");
    };
    let ok = number_in(&snapshot, "gpu_kernel_launches_total", &[of[0], of[1], ("result", "ok")]);
    let sum = timed.count() as f64 + reasons.iter().sum::<f64>() + pending;
    assert_eq!(ok, sum, "{} timings, untimed {reasons:?}, {pending} pending", timed.count());
}
