//! Memory of devices, where the allocator tells.
//!
//! No driver says which part of a program has what. So whoever allocates says how much, and takes it back when it is
//! freed: the one place where a program makes its buffers, usually.
//!
//! ```
//! use obs_gpu::{Lane, Stream, memory};
//!
//! # fn driver_allocates(_: u64) -> Result<u64, String> { Ok(0) }
//! # fn driver_frees(_: u64) {}
//! struct DeviceBuf {
//!     address: u64,
//!     bytes: u64,
//!     lane: Lane, // a copy of where it was allocated: buffers outlive the streams they were made with
//! }
//!
//! impl DeviceBuf {
//!     fn new(stream: &impl Stream, bytes: u64) -> Result<DeviceBuf, String> {
//!         let address = driver_allocates(bytes)?;
//!         memory::allocated(stream, bytes); // only once it is there
//!         Ok(DeviceBuf { address, bytes, lane: stream.lane() })
//!     }
//! }
//!
//! impl Drop for DeviceBuf {
//!     fn drop(&mut self) {
//!         driver_frees(self.address);
//!         memory::freed(&self.lane, self.bytes);
//!     }
//! }
//! # let buf = DeviceBuf::new(&obs_gpu::host::stream(), 4096)?;
//! # drop(buf);
//! # Ok::<(), String>(())
//! ```
//!
//! These are the bytes that were asked for. A pool keeps more than that, and the driver gives whole pages: what the
//! process has of the device altogether is `hw_gpu_process_memory_bytes` (feature `nvml`), and the difference is what
//! pools, contexts, and loaded kernels take.

use crate::device;
use crate::stream::Stream;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is allocated on a device.
#[derive(Debug)]
pub(crate) struct Memory {
    now: AtomicU64,
    peak: AtomicU64,
}

impl Memory {
    pub(crate) const fn new() -> Memory {
        Memory { now: AtomicU64::new(0), peak: AtomicU64::new(0) }
    }

    /// What is allocated, and the most that ever was; `None` where nobody has told.
    pub(crate) fn read(&self) -> Option<(u64, u64)> {
        let peak = self.peak.load(Ordering::Relaxed);
        (peak > 0).then(|| (self.now.load(Ordering::Relaxed), peak))
    }
}

/// So many bytes were allocated on the stream's device: `gpu_memory_allocated_bytes`, and the most of it in
/// `gpu_memory_peak_bytes`. A few nanoseconds.
///
/// ```
/// let stream = obs_gpu::host::stream();
/// obs_gpu::memory::allocated(&stream, 1 << 20);
/// obs_gpu::memory::freed(&stream, 1 << 20);
/// ```
pub fn allocated<S: Stream + ?Sized>(stream: &S, bytes: u64) {
    if !cfg!(feature = "off") {
        let memory = &device::of(stream.lane()).memory;
        let now = memory.now.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        memory.peak.fetch_max(now, Ordering::Relaxed);
    }
}

/// So many bytes were freed there. More than were allocated are none.
pub fn freed<S: Stream + ?Sized>(stream: &S, bytes: u64) {
    if !cfg!(feature = "off") {
        let less = |now: u64| Some(now.saturating_sub(bytes));
        let _ = device::of(stream.lane()).memory.now.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}
