//! GPU kernels, timed on their own stream and never waited for.
//!
//! Events are recorded around a launch; a thread of this crate reads them when the device is done, and turns
//! them into metrics and spans. Whoever launches pays for two events and a place in a queue.

pub mod driver;
mod health;
#[cfg(feature = "nvml")]
mod nvml;
mod stream;

pub use health::{check, host_check};
#[cfg(feature = "nvml")]
pub use nvml::{DeviceMetrics, DeviceMetricsError, DeviceReadings, Names};
pub use stream::{Lane, Stream};
