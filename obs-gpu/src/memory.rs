//! Memory of devices, where the allocator tells.
//!
//! No driver says which part of a program has what. So whoever allocates says how much, and keeps what it gets for that as
//! long as the memory: the one place where a program makes its buffers, usually.
//!
//! ```
//! use obs_gpu::{Stream, memory::{self, Allocation}};
//!
//! # fn driver_allocates(_: u64) -> Result<u64, String> { Ok(0) }
//! # fn driver_frees(_: u64) {}
//! struct DeviceBuf {
//!     address: u64,
//!     allocation: Allocation, // counted until it is dropped, with the stream or without
//! }
//!
//! impl DeviceBuf {
//!     fn new(stream: &impl Stream, bytes: u64) -> Result<DeviceBuf, String> {
//!         let address = driver_allocates(bytes)?;
//!         Ok(DeviceBuf { address, allocation: memory::allocated(stream, bytes) }) // only once it is there
//!     }
//! }
//!
//! impl Drop for DeviceBuf {
//!     fn drop(&mut self) {
//!         driver_frees(self.address);
//!     }
//! }
//! # let buf = DeviceBuf::new(&obs_gpu::host::stream(), 4096)?;
//! # assert_eq!(buf.allocation.bytes(), 4096);
//! # drop(buf);
//! # Ok::<(), String>(())
//! ```
//!
//! These are the bytes that were asked for. A pool keeps more than that, and the driver gives whole pages: what the
//! process has of the device altogether is `hw_gpu_process_memory_bytes` (feature `nvml`), and the difference is what
//! pools, contexts, and loaded kernels take. The memory of a context goes with it, and so does what was told of it.

use crate::device::{self, state::State};
use crate::stream::Stream;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is allocated on a device. The turn's last 16 bits are in the same word, so that what is freed of a context that is
/// gone is not taken from the next one.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Bytes, and in the upper bits the turn.
    now: AtomicU64,
    peak: AtomicU64,
}

/// So many bits are bytes: 256 TiB, which no device has.
const BYTES: u32 = 48;
const MASK: u64 = (1 << BYTES) - 1;

impl Memory {
    pub(crate) const fn new() -> Memory {
        Memory { now: AtomicU64::new(0), peak: AtomicU64::new(0) }
    }

    /// What is allocated, and the most that ever was; `None` where nobody has told.
    pub(crate) fn read(&self) -> Option<(u64, u64)> {
        let peak = self.peak.load(Ordering::Relaxed);
        (peak > 0).then(|| (self.now.load(Ordering::Relaxed) & MASK, peak))
    }

    /// Nothing is allocated in that turn.
    pub(crate) fn begin(&self, turn: u32) {
        self.now.store(u64::from(turn) << BYTES, Ordering::Relaxed);
    }

    /// Changes what is allocated in a turn, unless another one began.
    fn change(&self, turn: u32, change: impl Fn(u64) -> u64) {
        let turn = u64::from(turn) << BYTES;
        let changed = |now: u64| (now & !MASK == turn).then(|| turn | change(now & MASK).min(MASK));
        if let Ok(before) = self.now.fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed) {
            self.peak.fetch_max(change(before & MASK).min(MASK), Ordering::Relaxed);
        }
    }
}

/// Memory that is counted as allocated until this is dropped. From [`allocated`].
#[must_use = "memory is counted as long as this is kept"]
#[derive(Debug)]
pub struct Allocation {
    /// None of what is counted nowhere.
    state: Option<&'static State>,
    turn: u32,
    bytes: u64,
}

impl Allocation {
    /// How many bytes it is.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        if let Some(state) = self.state {
            state.memory.change(self.turn, |now| now.saturating_sub(self.bytes));
        }
    }
}

/// So many bytes were allocated on the stream's device: `gpu_memory_allocated_bytes`, and the most of it in
/// `gpu_memory_peak_bytes`. They are until what is returned is dropped. A few nanoseconds.
///
/// ```
/// let stream = obs_gpu::host::stream();
/// let allocation = obs_gpu::memory::allocated(&stream, 1 << 20);
/// drop(allocation); // when the memory is freed
/// ```
pub fn allocated<S: Stream + ?Sized>(stream: &S, bytes: u64) -> Allocation {
    if cfg!(feature = "off") {
        return Allocation { state: None, turn: 0, bytes };
    }
    let lane = stream.lane();
    let (state, turn) = (device::of(lane), lane.place.turn);
    state.memory.change(turn, |now| now.saturating_add(bytes));
    Allocation { state: Some(state), turn, bytes }
}
