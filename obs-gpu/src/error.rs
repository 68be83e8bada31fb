//! What can go wrong with a launch, by category.

use crate::driver::{DriverError, Fault};
use obs_runtime::ErrorCategory;
use std::fmt;

/// An error of work on a device, for functions that launch and have none of their own.
///
/// Under `#[gpu_kernel]` it is counted in `gpu_kernel_errors_total` by its category. Errors of other types are too, if
/// they derive [`ErrorCategory`].
///
/// ```
/// use obs_gpu::GpuError;
/// use obs_runtime::ErrorCategory;
///
/// assert_eq!(GpuError::DeviceLost { code: 700 }.category().name, "device_lost");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, ErrorCategory)]
#[non_exhaustive]
pub enum GpuError {
    /// The device has no memory left for it.
    #[category(
        "out_of_memory",
        severity = "degraded",
        action = "launch less at a time, or free what is unused"
    )]
    OutOfMemory {
        /// The driver's own number.
        code: i32,
    },
    /// The driver refused the launch, or the work failed.
    #[category("launch_failed", severity = "degraded")]
    LaunchFailed {
        /// The driver's own number.
        code: i32,
    },
    /// The context or the device is lost: every call fails from now on, in this process.
    #[category("device_lost", severity = "critical", action = "restart the program; look for Xid errors")]
    DeviceLost {
        /// The driver's own number.
        code: i32,
    },
    /// An argument, a handle or an order of calls that no driver takes.
    #[category("invalid")]
    Invalid {
        /// The driver's own number.
        code: i32,
    },
    /// The device, its driver or this program cannot do it.
    #[category("not_supported")]
    NotSupported {
        /// The driver's own number.
        code: i32,
    },
    /// There is no device, or no driver.
    #[category("no_device", severity = "critical")]
    NoDevice,
}

impl fmt::Display for GpuError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, code) = match self {
            GpuError::OutOfMemory { code } => ("the device is out of memory", code),
            GpuError::LaunchFailed { code } => ("the launch failed", code),
            GpuError::DeviceLost { code } => ("the device is lost", code),
            GpuError::Invalid { code } => ("the driver was asked for what it cannot do", code),
            GpuError::NotSupported { code } => ("the device or its driver does not support it", code),
            GpuError::NoDevice => return f.write_str("there is no device"),
        };
        write!(f, "{what} (code {code})")
    }
}

impl std::error::Error for GpuError {}

impl From<DriverError> for GpuError {
    fn from(error: DriverError) -> GpuError {
        let code = error.code;
        match error.fault {
            Fault::OutOfMemory => GpuError::OutOfMemory { code },
            Fault::Lost => GpuError::DeviceLost { code },
            Fault::Capturing | Fault::Captured | Fault::Gone => GpuError::Invalid { code },
            Fault::Call => GpuError::LaunchFailed { code },
        }
    }
}
