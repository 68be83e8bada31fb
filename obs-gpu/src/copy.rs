//! Copies between host and device, timed apart from kernels.

use crate::kernel::Kernel;
use crate::launch::{Launch, Verdict, launch};
use crate::stream::Stream;
use crate::work::Work;
use obs_runtime::__private::v1::{Errors, KernelDesc};

/// Where a copy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the host's memory to the device's.
    HostToDevice,
    /// From the device's memory to the host's.
    DeviceToHost,
    /// Within a device, or from one to another.
    DeviceToDevice,
}

impl Direction {
    /// The value of the label `direction`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::HostToDevice => "host_to_device",
            Direction::DeviceToHost => "device_to_host",
            Direction::DeviceToDevice => "device_to_device",
        }
    }
}

const fn desc(direction: Direction) -> KernelDesc {
    KernelDesc { name: direction.as_str(), bytes: true, errors: Errors::NONE, ..KernelDesc::DEFAULT }
}

static DESCS: [KernelDesc; 3] =
    [desc(Direction::HostToDevice), desc(Direction::DeviceToHost), desc(Direction::DeviceToDevice)];

/// By direction.
pub(crate) static COPIES: [Kernel; 3] = [
    Kernel::copies(&DESCS[0], Direction::HostToDevice),
    Kernel::copies(&DESCS[1], Direction::DeviceToHost),
    Kernel::copies(&DESCS[2], Direction::DeviceToDevice),
];

/// A copy in progress. From [`copy`].
///
/// Dropped, it has ended well, or as `panic` where the thread began to unwind in the meantime.
#[must_use = "a copy lasts until it is dropped"]
#[derive(Debug)]
pub struct Copying<S>(Launch<S>);

impl<S> Copying<S> {
    /// Ends it by what the result says: `copying.finish(&result)`.
    pub fn finish(self, verdict: impl Verdict) {
        self.0.finish(verdict);
    }

    /// Ends it as a failure of no category.
    pub fn fail(self) {
        self.0.fail();
    }
}

/// Begins a copy of so many bytes in that stream. It lasts until the guard is dropped or finished; put nothing but
/// the copy between.
///
/// Timed as a kernel is whose attribute does not say `every`, in `gpu_copy_duration_seconds`; its bytes are counted in
/// `gpu_copy_bytes_total`, so that a panel can show what goes over the bus.
///
/// ```
/// use obs_gpu::{Direction, copy};
///
/// let stream = obs_gpu::host::stream();
/// let (from, mut to) = (vec![1_u8; 4096], vec![0; 4096]);
/// let copying = copy(Direction::HostToDevice, 4096, &stream);
/// to.copy_from_slice(&from);
/// drop(copying);
/// ```
pub fn copy<S: Stream>(direction: Direction, bytes: u64, stream: S) -> Copying<S> {
    let work = Work { bytes: bytes as f64, ..Work::NONE };
    Copying(launch(&COPIES[direction as usize], stream, [], work))
}
