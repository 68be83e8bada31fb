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

#[doc(hidden)]
pub mod __private;
mod anchor;
mod bell;
mod collector;
mod config;
mod copy;
mod device;
pub mod driver;
mod error;
mod every;
#[cfg(feature = "fake")]
pub mod fake;
mod families;
mod future;
pub mod host;
mod kernel;
mod launch;
pub mod memory;
mod outlier;
mod pool;
mod series;
mod span;
mod stream;
mod sync;
mod work;

pub use collector::{Flushed, flush};
pub use config::{Config, ConfigError, configure};
pub use copy::{Copying, Direction, copy};
pub use device::{Device, OpenError};
pub use error::GpuError;
pub use kernel::Kernel;
pub use launch::{Launch, Verdict};
pub use obs_macros::gpu_kernel;
pub use stream::{Lane, Stream};
pub use work::{Dim, Extent, Work};
