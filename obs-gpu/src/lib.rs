//! GPU kernels, timed on their own stream and never waited for.
//!
//! Events are recorded around a launch; a thread of this crate reads them when the device is done, and turns
//! them into metrics and spans. Whoever launches pays for two events and a place in a queue.
//!
//! ```
//! use obs_gpu::{GpuError, Stream, gpu_kernel};
//!
//! /// Doubles every value.
//! #[gpu_kernel(stream = stream, bytes = 8 * values.len(), items = values.len())]
//! fn double(stream: &dyn Stream, values: &mut [f32]) -> Result<(), GpuError> {
//!     // Here the kernel would be put into the stream; on the host it is the work itself.
//!     values.iter_mut().for_each(|value| *value *= 2.0);
//!     Ok(())
//! }
//!
//! double(&obs_gpu::host::stream(), &mut [1.0, 2.0])?;
//! let bytes = obs_runtime::snapshot()
//!     .value("gpu_kernel_bytes_total", &[("kernel", "double"), ("device", "host")]).cloned();
//! assert!(matches!(bytes, Some(obs_runtime::snapshot::Value::Float(16.0))), "{bytes:?}");
//! # Ok::<(), GpuError>(())
//! ```
//!
//! # What is exported
//!
//! Of kernels, with the labels `kernel`, `device`, and those that the attribute names where it says "and its own":
//!
//! | family | labels besides | what it says |
//! |---|---|---|
//! | `gpu_kernel_launches_total` | its own, `result` | all launches: `ok`, `error`, `cancelled`, `panic` |
//! | `gpu_kernel_duration_seconds` | its own | time on the device, of the launches that were timed |
//! | `gpu_kernel_queue_seconds` | its own | from the launch to the start on the device, of those |
//! | `gpu_kernel_launch_seconds` | its own | the host's time in the launch |
//! | `gpu_kernel_errors_total` | `error_type` | launches that ended in an error |
//! | `gpu_kernel_{bytes,flops,items}_total` | | what ok launches do, where the attribute says it |
//! | `gpu_kernel_outliers_total` | | timings over the mean of the last 100 by 3 deviations |
//! | `gpu_kernel_slow_total` | | timings over the attribute's `slow` |
//! | `gpu_kernel_untimed_total` | `reason` | ok launches without a timing: see below |
//! | `gpu_kernel_fallbacks_total` | no `device` | launches on the host of a program that has or wants a device |
//!
//! Of copies, `gpu_copies_total`, `gpu_copy_duration_seconds` and `gpu_copy_bytes_total`; of devices, `gpu_device_up`,
//! `gpu_device_info`, `gpu_device_peak_{bytes,flops}_per_second`, `gpu_memory_{allocated,peak}_bytes`,
//! `gpu_timings_pending`, `gpu_event_pairs` and `gpu_clock_error_seconds`; and `gpu_subscriber_panics_total`, of log lines
//! and spans that were lost because who was told of them panicked.
//!
//! # What is timed
//!
//! Each ok launch is in exactly one of the durations' count, `gpu_kernel_untimed_total`, and `gpu_timings_pending`. It
//! is untimed because it was not its turn (`sampled`: see [`Config::overhead`]), the stream was being captured
//! (`capture`), no event pair was free because the device is behind or was only being opened (`pool`) or because other
//! launches in progress, futures for instance, had most of them (`concurrent`), the driver refused a call that timing needs
//! (`refused`), the device is lost or gone (`lost`), the device said that the work failed (`failed`), or it ended on another
//! thread, where its stream is another one (`moved`). So nothing is left out unseen, and a device that is far behind delays
//! no launch.
//!
//! A duration is the time between two events on the stream. In a stream that is busy, that is the kernel's own time and
//! what the events take, below a microsecond or two; into an idle one the first event goes at once, so that the host's
//! time to launch is part of it. `gpu_kernel_launch_seconds` says how long that is. What another thread puts into the stream in
//! between is part of it, too, and so is loading a kernel, which drivers do at its first launch.
//!
//! # Spans
//!
//! A timed launch inside of an observed call that is recorded is a span below it, `gpu.kernel` or `gpu.copy`, with the
//! device's start and end on the host's clock. The two are compared each second while there is work; by how much a time
//! may be off is the span's `gpu.clock_error_seconds`.

#[doc(hidden)]
pub mod __private;
mod anchor;
mod bell;
mod collector;
mod config;
mod copy;
#[cfg(feature = "cuda")]
pub mod cuda;
#[cfg(feature = "cudarc")]
mod cudarc;
#[cfg(feature = "cust")]
mod cust;
mod device;
pub mod driver;
mod error;
mod every;
#[cfg(feature = "fake")]
pub mod fake;
mod families;
mod future;
mod health;
pub mod host;
mod kernel;
mod launch;
pub mod memory;
#[cfg(feature = "nvml")]
mod nvml;
mod outlier;
mod pool;
mod series;
mod span;
mod stream;
mod sync;
mod tell;
mod timing;
mod work;

pub use collector::{Flushed, flush};
pub use config::{Config, ConfigError, configure};
pub use copy::{Copying, Direction, copy};
pub use device::{Device, OpenError};
pub use error::GpuError;
pub use health::{check, host_check};
pub use kernel::Kernel;
pub use launch::{Launch, Verdict};
#[cfg(feature = "nvml")]
pub use nvml::{DeviceMetrics, DeviceMetricsError, DeviceReadings, Names};
pub use obs_macros::gpu_kernel;
pub use stream::{Lane, Stream};
pub use work::{Dim, Extent, Work};
