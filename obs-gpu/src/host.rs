//! Kernels on the host: the same code, timed by the host's clock.
//!
//! A machine without a GPU runs annotated code as it is, under `device="host"`. A launch there lasts as long as its body,
//! for nothing is queued.

use crate::device::{self, Device};
use crate::stream::{Lane, Stream};

/// A stream of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostStream {}

impl Stream for HostStream {
    fn lane(&self) -> Lane<'_> {
        Lane::HOST
    }
}

/// A stream of the host.
///
/// ```
/// use obs_gpu::{Stream, host};
///
/// // What runs where, decided when the program starts:
/// let stream: Box<dyn Stream> = Box::new(host::stream());
/// # let _ = stream.lane();
/// ```
pub fn stream() -> HostStream {
    HostStream {}
}

/// The host as a device, labelled `host`: for its peaks, say.
pub fn device() -> Device {
    device::host()
}

/// Says that the program asked for a device that it did not get: from now on, launches on the host are counted as
/// fallbacks too, in `gpu_kernel_fallbacks_total`. Backends say it themselves when they find no device.
pub fn instead() {
    device::want();
}
