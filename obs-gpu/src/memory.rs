//! Memory of devices, where the allocator tells.

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
