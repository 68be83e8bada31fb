//! Streams, as timing sees them.

use crate::device;
use crate::driver::StreamId;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// Where work goes: a device, and a stream of it. From [`Stream::lane`] and [`Device::lane`](crate::Device::lane).
///
/// It borrows the stream that it was asked of, so that nothing is launched into one that is gone. It is a stream
/// itself: who launches often into one stream asks for its lane once, and gives that.
///
/// ```compile_fail,E0505
/// # use obs_gpu::{Kernel, Lane, Stream};
/// # struct Owned(obs_gpu::host::HostStream);
/// # impl Stream for Owned { fn lane(&self) -> Lane<'_> { self.0.lane() } }
/// static KERNEL: Kernel = Kernel::new();
///
/// fn late(stream: Owned) {
///     let lane = stream.lane();
///     drop(stream);
///     drop(KERNEL.launch(lane));
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lane<'s> {
    pub(crate) place: Place,
    pub(crate) stream: StreamId,
    pub(crate) keep: Keep<'s>,
}

/// A device, and which of the contexts that were it one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) device: u32,
    pub(crate) turn: u32,
}

/// What a launch has to do so that the stream's context is there until its timing is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keep<'s> {
    /// Nothing: who made the lane vouches for it, or there is none.
    Vouched(PhantomData<&'s ()>),
    /// The context belongs to whoever has one of these.
    #[cfg(feature = "cudarc")]
    Shared(&'s Arc<cudarc::driver::CudaContext>),
    /// The driver counts who wants the context of this device.
    #[cfg(feature = "cust")]
    Counted(i32),
}

/// What keeps a context until it is dropped.
#[derive(Debug)]
pub(crate) enum Kept {
    Vouched,
    #[cfg(feature = "cudarc")]
    Shared {
        _context: Arc<cudarc::driver::CudaContext>,
    },
    #[cfg(feature = "cust")]
    Counted {
        _retained: crate::cuda::Retained,
    },
}

impl Kept {
    /// The context is nobody's through us any more.
    pub(crate) fn let_go(self) {}
}

impl Keep<'_> {
    pub(crate) const NOTHING: Keep<'static> = Keep::Vouched(PhantomData);

    /// Keeps the context, which is there: its stream is.
    pub(crate) fn keep(self) -> Result<Kept, crate::driver::DriverError> {
        match self {
            Keep::Vouched(_) => Ok(Kept::Vouched),
            #[cfg(feature = "cudarc")]
            Keep::Shared(context) => Ok(Kept::Shared { _context: Arc::clone(context) }),
            #[cfg(feature = "cust")]
            Keep::Counted(device) => {
                crate::cuda::Retained::new(device).map(|retained| Kept::Counted { _retained: retained })
            }
        }
    }
}

impl Lane<'static> {
    /// On the host, where a launch lasts as long as its body.
    pub const HOST: Lane<'static> = Lane::at(Place { device: device::HOST, turn: 0 }, StreamId(0));

    /// On no device that there is: work there is counted as of `device="unknown"`, and not timed.
    pub const NOWHERE: Lane<'static> = Lane::at(Place { device: device::UNKNOWN, turn: 0 }, StreamId(0));

    /// A lane that somebody vouches for.
    pub(crate) const fn at(place: Place, stream: StreamId) -> Lane<'static> {
        Lane { place, stream, keep: Keep::NOTHING }
    }
}

impl PartialEq for Lane<'_> {
    fn eq(&self, other: &Lane<'_>) -> bool {
        (self.place, self.stream) == (other.place, other.stream)
    }
}

impl Eq for Lane<'_> {}

/// Something that work is launched into, named by `stream = …` of an attribute.
///
/// Asked once a launch, so it answers at once and without a lock. A type of one's own asks a stream that it has:
///
/// ```
/// use obs_gpu::{Lane, Stream};
///
/// struct Solver<S> {
///     stream: S,
/// }
///
/// impl<S: Stream> Stream for Solver<S> {
///     fn lane(&self) -> Lane<'_> {
///         self.stream.lane()
///     }
/// }
/// ```
///
/// # What a launch holds
///
/// A launch holds what it is given until it ends, for its second event goes into the same stream: a reference, a clone of
/// an [`Arc`], or a lane that borrows. That the stream is there so long follows from these types: a lane borrows its stream,
/// so what it was asked of reaches that stream by shared references alone, and nobody can reach, change or drop it while the
/// launch has it.
///
/// So a stream that is dropped while a launch into it lives does not compile:
///
/// ```compile_fail,E0505
/// # use obs_gpu::{Kernel, Lane, Stream};
/// # struct Owned(obs_gpu::host::HostStream);
/// # impl Stream for Owned { fn lane(&self) -> Lane<'_> { self.0.lane() } }
/// static KERNEL: Kernel = Kernel::new();
///
/// fn early(stream: Owned) {
///     let launch = KERNEL.launch(&stream);
///     drop(stream);
///     drop(launch);
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no stream that kernels can be timed on",
    label = "not a stream",
    note = "streams of other libraries come with features: `cust`, `cudarc`, for one version of each; a raw handle is `obs_gpu::cuda::Stream::from_raw`"
)]
pub trait Stream {
    /// The device and the stream on it.
    fn lane(&self) -> Lane<'_>;
}

impl Stream for Lane<'_> {
    fn lane(&self) -> Lane<'_> {
        *self
    }
}

impl<S: Stream + ?Sized> Stream for &S {
    fn lane(&self) -> Lane<'_> {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for &mut S {
    fn lane(&self) -> Lane<'_> {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for Box<S> {
    fn lane(&self) -> Lane<'_> {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for Rc<S> {
    fn lane(&self) -> Lane<'_> {
        (**self).lane()
    }
}

impl<S: Stream + ?Sized> Stream for Arc<S> {
    fn lane(&self) -> Lane<'_> {
        (**self).lane()
    }
}
