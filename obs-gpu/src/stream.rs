//! Streams, as timing sees them.

use crate::device;
use crate::driver::StreamId;
use std::rc::Rc;
use std::sync::Arc;

/// Where work goes: a device, and a stream of it. From [`Device::lane`](crate::Device::lane).
///
/// It is a stream itself, for code that has nothing else at hand. It does not keep the stream that it was asked of: what
/// is launched into it, or ends there, does so while that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    pub(crate) device: u32,
    pub(crate) stream: StreamId,
}

impl Lane {
    pub(crate) const HOST: Lane = Lane { device: device::HOST, stream: StreamId(0) };

    /// On no device that there is: work there is counted as of `device="unknown"`, and not timed.
    pub const NOWHERE: Lane = Lane { device: device::UNKNOWN, stream: StreamId(0) };
}

/// Something that work is launched into, named by `stream = …` of an attribute.
///
/// Asked once a launch, so it answers at once and without a lock.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no stream that kernels can be timed on",
    label = "not a stream",
    note = "streams of other libraries come with features: `cust`, `cudarc`, for one version of each; a raw handle is `obs_gpu::cuda::Stream::from_raw`"
)]
pub trait Stream {
    /// The device and the stream on it.
    fn lane(&self) -> Lane;
}

impl Stream for Lane {
    fn lane(&self) -> Lane {
        *self
    }
}

impl<S: Stream + ?Sized> Stream for &S {
    fn lane(&self) -> Lane {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for &mut S {
    fn lane(&self) -> Lane {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for Box<S> {
    fn lane(&self) -> Lane {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for Rc<S> {
    fn lane(&self) -> Lane {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for Arc<S> {
    fn lane(&self) -> Lane {
        (**self).lane()
    }
}
