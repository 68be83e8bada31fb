//! Streams by the driver's own handle, and where they are.

use super::contexts::{self, Seen};
use super::ffi::{ContextHandle, Functions, StreamHandle};
#[cfg(feature = "cudarc")]
use super::shared;
use super::{Driver, fault};
use crate::driver::{DriverError, StreamId};
#[cfg(any(feature = "cust", feature = "cudarc"))]
use crate::stream::Keep;
use crate::stream::{Kept, Lane};
#[cfg(feature = "cudarc")]
use cudarc::driver::CudaContext;
use std::ffi::c_void;
#[cfg(feature = "cudarc")]
use std::sync::Arc;

/// A stream of CUDA, by its handle: made in C or C++, by the runtime's API, or by a library of which this crate knows
/// nothing.
///
/// Its context is found once, so that launches cost nothing more for it. To make one costs two calls of the driver that
/// look something up, so that it may be done at each launch, where only a handle is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream(Lane<'static>);

impl Stream {
    /// The stream with that handle, a `CUstream` or `cudaStream_t`. Null is the legacy default stream of the thread's
    /// context. Code that was compiled for per-thread default streams means another by it: 2, `cudaStreamPerThread`.
    ///
    /// # Errors
    ///
    /// What the driver says of it; code 100 without a driver, and 801 where it is a stream of a green context.
    ///
    /// # Safety
    ///
    /// - It is a stream of CUDA's, of the driver that this crate loads.
    /// - It is not destroyed while this value is in use, or a copy, a [lane](crate::Stream::lane) or a
    ///   [launch](crate::Launch) of it.
    /// - Its context is not destroyed, nor is the device reset, while a launch into it is in progress or unread: let
    ///   [`flush`](crate::flush) come back with nothing pending first. A context that went earlier is found out by its number
    ///   and not asked about, but not if it goes between that and the question.
    /// - With a driver before CUDA 12, which has no such numbers, its context is not destroyed at all once it was launched
    ///   into.
    /// - A default stream (null, 1 or 2) is used only where its context is the thread's.
    ///
    /// ```no_run
    /// # unsafe extern "C" { fn my_library_stream() -> *mut std::ffi::c_void; }
    /// use obs_gpu::cuda::Stream;
    ///
    /// // SAFETY: the library keeps its stream and its context until the process ends.
    /// let stream = unsafe { Stream::from_raw(my_library_stream()) }?;
    /// # Ok::<(), obs_gpu::driver::DriverError>(())
    /// ```
    #[allow(unsafe_code)]
    pub unsafe fn from_raw(stream: *mut c_void) -> Result<Stream, DriverError> {
        let stream = stream as usize;
        let seen = find(functions()?, stream, &|_| Some(Kept::Vouched))?;
        Ok(Stream(Lane::at(seen.place, StreamId(stream as u64))))
    }
}

impl crate::Stream for Stream {
    fn lane(&self) -> Lane<'_> {
        self.0
    }
}

fn functions() -> Result<&'static Functions, DriverError> {
    let driver = Driver::load().map_err(|_| fault::error(fault::NO_DEVICE))?;
    Ok(&driver.functions)
}

/// What the context is that the stream is in: a call or two of the driver that look something up.
fn find(
    functions: &'static Functions,
    stream: usize,
    keep: &dyn Fn(Option<i32>) -> Option<Kept>,
) -> Result<Seen, DriverError> {
    let context = match functions.stream_context(StreamHandle(stream)) {
        // What a kernel did to the context is the answer to every question, but for which one the thread is in.
        Err(code) if fault::is_of_a_kernel(code) => {
            functions.context().ok().filter(|context| *context != ContextHandle::default()).ok_or(code)
        }
        found => found,
    };
    contexts::see(functions, context.map_err(fault::error)?, StreamHandle(stream), keep)
}

/// Where a stream is whose context is shared: without asking the driver, once the thread has seen the context.
#[cfg(feature = "cudarc")]
pub(crate) fn lane_of_shared(stream: usize, context: &Arc<CudaContext>) -> Lane<'_> {
    let place = shared::place(context, || {
        let handle = ContextHandle(context.cu_ctx() as usize);
        let keep = |_| Some(Kept::Shared { _context: Arc::clone(context) });
        contexts::see(functions()?, handle, StreamHandle(stream), &keep).map(|seen| seen.place)
    });
    let lane = |place| Lane { place, stream: StreamId(stream as u64), keep: Keep::Shared(context) };
    place.map_or(Lane::NOWHERE, lane)
}

/// Where a stream is in whose context others may have no part; nowhere if that is not counted.
#[cfg(feature = "cust")]
pub(crate) fn lane_of_counted(stream: usize) -> Lane<'static> {
    let keep = |primary: Option<i32>| {
        let retained = Retained::new(primary?).ok()?;
        Some(Kept::Counted { _retained: retained })
    };
    let found = functions().and_then(|functions| find(functions, stream, &keep));
    let lane = |seen: Seen| {
        let keep = Keep::Counted(seen.primary?);
        Some(Lane { place: seen.place, stream: StreamId(stream as u64), keep })
    };
    found.ok().and_then(lane).unwrap_or(Lane::NOWHERE)
}

/// Has a part in the primary context of a device: it stays at least as long.
#[cfg(feature = "cust")]
#[derive(Debug)]
pub(crate) struct Retained(&'static Functions, i32);

#[cfg(feature = "cust")]
impl Retained {
    /// The context is there.
    pub(crate) fn new(device: i32) -> Result<Retained, DriverError> {
        let functions = functions()?;
        functions.retain_primary(device).map_err(fault::error)?;
        Ok(Retained(functions, device))
    }
}

#[cfg(feature = "cust")]
impl Drop for Retained {
    fn drop(&mut self) {
        let _ = self.0.release_primary(self.1);
    }
}
