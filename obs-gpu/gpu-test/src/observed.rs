//! What is observed, and reading what was.

use crate::Result;
use crate::gpu::{Gpu, Work};
use cudarc::driver::CudaStream;
use obs_gpu::{Kernel, gpu_kernel};
use obs_runtime::snapshot::Value;
use std::time::Duration;

/// Every launch is timed.
#[gpu_kernel(every = 1)]
pub(crate) static EACH: Kernel = Kernel::new();

/// The same, for what is told apart from it.
#[gpu_kernel(every = 1)]
pub(crate) static OTHER: Kernel = Kernel::new();

/// As many launches are timed as pay.
#[gpu_kernel]
pub(crate) static SOME: Kernel = Kernel::new();

/// The label of the first device.
pub(crate) const FIRST: &str = "0";

/// Everything read, or how many are not.
pub(crate) fn flush() -> Result {
    match obs_gpu::flush(Duration::from_secs(20)).pending {
        0 => Ok(()),
        left => Err(format!("{left} timings were not read in 20 s").into()),
    }
}

/// How many timings of a kernel there are, and their sum in seconds.
pub(crate) fn timings(kernel: &str) -> (u64, f64) {
    timings_on(kernel, FIRST)
}

/// The same on another device.
pub(crate) fn timings_on(kernel: &str, device: &str) -> (u64, f64) {
    let labels = [("kernel", kernel), ("device", device)];
    match obs_runtime::snapshot().value("gpu_kernel_duration_seconds", &labels) {
        Some(Value::Histogram(histogram)) => (histogram.counts.iter().sum(), histogram.sum),
        _ => (0, 0.0),
    }
}

/// What one or more launches were measured to take, together.
pub(crate) fn timed(kernel: &str, launches: u64, body: impl FnOnce() -> Result) -> Result<f64> {
    let before = timings(kernel);
    body()?;
    flush()?;
    let after = timings(kernel);
    match after.0 - before.0 {
        count if count == launches => Ok(after.1 - before.1),
        count => Err(format!("{count} of {launches} launches were timed").into()),
    }
}

/// A counter or a gauge.
pub(crate) fn number(family: &str, labels: &[(&str, &str)]) -> f64 {
    match obs_runtime::snapshot().value(family, labels) {
        Some(Value::Integer(count)) => *count as f64,
        Some(Value::Float(value)) => *value,
        _ => 0.0,
    }
}

/// Launches that were not timed, for that reason.
pub(crate) fn untimed(kernel: &str, reason: &str) -> f64 {
    number("gpu_kernel_untimed_total", &[("kernel", kernel), ("device", FIRST), ("reason", reason)])
}

/// Launches with that result.
pub(crate) fn launches(kernel: &str, result: &str) -> f64 {
    number("gpu_kernel_launches_total", &[("kernel", kernel), ("device", FIRST), ("result", result)])
}

/// Whether obs-gpu thinks that the device works.
pub(crate) fn is_up(device: &str) -> bool {
    number("gpu_device_up", &[("device", device)]) == 1.0
}

/// One observed launch.
pub(crate) fn observe(kernel: &'static Kernel, gpu: &Gpu, stream: &CudaStream, work: Work) -> Result {
    let launch = kernel.launch(stream);
    let launched = gpu.launch(stream, work);
    match launched {
        Ok(()) => drop(launch),
        Err(_) => launch.fail(),
    }
    Ok(launched?)
}
