//! Streams by the driver's own handle.

use super::ffi::{ContextHandle, StreamHandle};
use super::{Driver, contexts, fault};
use crate::driver::{DriverError, StreamId};
use crate::stream::Lane;
use std::ffi::c_void;

/// A stream of CUDA, by its handle: made in C or C++, by the runtime's API, or by a library of which this crate knows
/// nothing.
///
/// Its context is found once, so that launches cost nothing more for it. To make one costs two calls of the driver that
/// look something up, so that it may be done at each launch, where only a handle is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream(Lane);

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
    /// It is a stream of CUDA's, of the driver that this crate loads, and is not destroyed while this value, or a copy
    /// of it, is in use. A default stream (null, 1 or 2) is used only where its context is the thread's.
    ///
    /// ```no_run
    /// # unsafe extern "C" { fn my_library_stream() -> *mut std::ffi::c_void; }
    /// use obs_gpu::cuda::Stream;
    ///
    /// // SAFETY: the library keeps its stream until the process ends.
    /// let stream = unsafe { Stream::from_raw(my_library_stream()) }?;
    /// # Ok::<(), obs_gpu::driver::DriverError>(())
    /// ```
    #[allow(unsafe_code)]
    pub unsafe fn from_raw(stream: *mut c_void) -> Result<Stream, DriverError> {
        find(stream as usize, None).map(Stream)
    }
}

impl crate::Stream for Stream {
    fn lane(&self) -> Lane {
        self.0
    }
}

/// Where a stream is, asked at a launch into it: a call or two of the driver that look something up.
///
/// `context` is given by who knows it.
#[cfg(any(feature = "cust", feature = "cudarc"))]
pub(crate) fn lane(stream: usize, context: Option<usize>) -> Lane {
    find(stream, context).unwrap_or(Lane::NOWHERE)
}

fn find(stream: usize, context: Option<usize>) -> Result<Lane, DriverError> {
    let driver = Driver::load().map_err(|_| fault::error(fault::NO_DEVICE))?;
    let functions = &driver.functions;
    let context = match context {
        Some(context) => ContextHandle(context),
        None => match functions.stream_context(StreamHandle(stream)) {
            // What a kernel did to the context is the answer to every question, but for which one the thread is in.
            Err(code) if fault::is_of_a_kernel(code) => {
                functions.context().ok().filter(|context| *context != ContextHandle::default()).ok_or(code)
            }
            found => found,
        }
        .map_err(fault::error)?,
    };
    Ok(Lane {
        device: contexts::device(functions, context, StreamHandle(stream))?,
        stream: StreamId(stream as u64),
    })
}
