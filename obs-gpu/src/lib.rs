//! GPU kernels, timed on their own stream and never waited for.
//!
//! Events are recorded around a launch; a thread of this crate reads them when the device is done, and turns
//! them into metrics and spans. Whoever launches pays for two events and a place in a queue.

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
