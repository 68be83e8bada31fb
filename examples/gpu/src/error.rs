//! What can go wrong.

use obs_runtime::ErrorCategory;

/// An error of a device, or a result that is not what it should be.
#[derive(Debug, thiserror::Error, ErrorCategory)]
#[non_exhaustive]
pub enum Error {
    /// The device has no room for a buffer.
    #[error("the device is out of memory")]
    #[category(
        "out_of_memory",
        severity = "degraded",
        action = "make the work smaller, or find who holds the memory",
        runbook = "gpu-out-of-memory"
    )]
    OutOfMemory,
    /// The driver refused, or the device failed.
    #[error("the device failed: {0}")]
    #[category("device_failed", severity = "critical", action = "look for Xid errors in the kernel's log")]
    Failed(String),
    /// A buffer of one device was used on another.
    #[error("a buffer is on another device")]
    #[category("wrong_device", severity = "critical")]
    Elsewhere,
    /// A kernel computed something else than the reference.
    #[error("{kernel} is off by {error:.2e}, which is over {bound:.0e}")]
    #[category("wrong_result", severity = "critical", action = "take the device out of service")]
    Wrong {
        /// The kernel.
        kernel: &'static str,
        /// How far it is off, as a share of the reference.
        error: f64,
        /// How far it may be off.
        bound: f64,
    },
}

/// What fallible functions here return.
pub type Result<T = ()> = std::result::Result<T, Error>;
