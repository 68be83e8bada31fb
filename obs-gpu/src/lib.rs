//! GPU kernels, timed on their own stream and never waited for.
//!
//! Events are recorded around a launch; a thread of this crate reads them when the device is done, and turns
//! them into metrics and spans. Whoever launches pays for two events and a place in a queue.

#[cfg(feature = "cuda")]
pub mod cuda;
#[cfg(feature = "cudarc")]
mod cudarc;
#[cfg(feature = "cust")]
mod cust;
pub mod driver;
mod stream;

pub use stream::{Lane, Stream};
