//! Counts that no two threads share.
//!
//! A *cell* is one 64-bit count. A series owns a run of cells, its [`Slot`], and every thread has its
//! own copy of every cell in its [`Block`]. Only the thread that holds a block writes to it, so an update
//! is a plain load and store, without a locked instruction and without a cache line that moves between
//! processors: it costs the same on one thread and on sixty-four. A snapshot adds up the copies.
//!
//! ```text
//!  Slot (in a static)      thread A's block        thread B's block
//!  chunk 1, offset 3  ──►  chunk 1: ···[5][0]···   chunk 1: ···[2][1]···   ──►  sum: 7, 1
//! ```
//!
//! Blocks outlive their threads: when one ends, its block, counts included, goes to the next thread that
//! starts. So nothing is copied or lost when threads come and go, and there are never more blocks than
//! there were threads at one time.
//!
//! Memory: a cell costs 8 bytes in each block that has touched its chunk of [`CHUNK`] cells.

mod pool;

pub(crate) use pool::unless_making;

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Cells in a chunk, which is what a thread allocates at a time (8 KiB).
pub(crate) const CHUNK: usize = 1024;
/// Chunks in a block, so that a thread's counts take 4 MiB at most.
pub(crate) const CHUNKS: usize = 512;

pub(crate) type Chunk = [AtomicU64; CHUNK];

/// One thread's copy of all cells.
#[derive(Debug)]
struct Block {
    chunks: [OnceLock<&'static Chunk>; CHUNKS],
}

impl Block {
    const fn new() -> Block {
        Block { chunks: [const { OnceLock::new() }; CHUNKS] }
    }
}

/// Stands in for the block of a thread that has none yet, so that the hot path asks one question (is
/// the chunk there?) and not three.
static EMPTY: Block = Block::new();

thread_local! {
    // Const-initialised and without a destructor: reading it is one load, at any time in a thread's life.
    static BLOCK: Cell<&'static Block> = const { Cell::new(&EMPTY) };
}

/// Where a series' cells are in every block. Given out at first use.
///
/// The position fits 32 bits: the chunk's number, then the offset in it. Chunk 0 is never allocated, so
/// that an unused slot, which is zero, finds no chunk and takes the slow path.
#[derive(Debug, Default)]
pub(crate) struct Slot(AtomicU32);

impl Slot {
    pub(crate) const fn new() -> Slot {
        Slot(AtomicU32::new(0))
    }

    /// Does an update to the calling thread's copy of the slot's `width` cells; a slot is always used
    /// with one width.
    ///
    /// Costs three loads and a predictable branch besides the update itself. Does nothing when the space
    /// for cells is used up, or when an allocator counts what is being allocated for cells; both are counted.
    #[inline(always)]
    pub(crate) fn update<U: Update>(&self, width: usize, update: U) {
        if cfg!(feature = "off") {
            return;
        }
        let position = self.0.load(Ordering::Relaxed) as usize;
        match BLOCK.get().chunks[position / CHUNK % CHUNKS].get() {
            Some(chunk) => update.apply(chunk, position % CHUNK),
            None => {
                let (at, last, bits) = update.into_parts();
                pool::update(self, width, at, last, bits, apply_parts::<U>);
            }
        }
    }

    /// Whether any thread has used the slot.
    pub(crate) fn is_used(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }
}

/// Adds up the threads' copies: the blocks there were when it was made.
#[derive(Debug)]
pub(crate) struct Reader {
    blocks: Vec<&'static Block>,
}

impl Reader {
    pub(crate) fn new() -> Reader {
        Reader { blocks: pool::blocks() }
    }

    /// Reads the calling thread's copies alone.
    #[cfg(feature = "testing")]
    pub(crate) fn of_this_thread() -> Reader {
        // A thread that has none yet is given one with counts in it: that of a thread that ended.
        pool::claim();
        Reader { blocks: vec![BLOCK.get()] }
    }

    /// Adds all copies of the slot's cells to `sums`.
    pub(crate) fn sum(&self, slot: &Slot, sums: &mut [u64]) {
        self.each(slot, |chunk, offset| {
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = sum.wrapping_add(read(chunk, offset + i));
            }
        });
    }

    /// The sum of one cell.
    pub(crate) fn total(&self, slot: &Slot) -> u64 {
        let mut sum = [0];
        self.sum(slot, &mut sum);
        sum[0]
    }

    /// The sum of the cell at `index`, which holds the bits of an `f64`.
    pub(crate) fn sum_f64(&self, slot: &Slot, index: usize) -> f64 {
        let mut sum = 0.0;
        self.each(slot, |chunk, offset| sum += f64::from_bits(read(chunk, offset + index)));
        sum
    }

    fn each(&self, slot: &Slot, mut visit: impl FnMut(&Chunk, usize)) {
        let position = slot.0.load(Ordering::Relaxed) as usize;
        if position != 0 {
            let chunks = self.blocks.iter().filter_map(|block| block.chunks[position / CHUNK % CHUNKS].get());
            chunks.for_each(|chunk| visit(chunk, position % CHUNK));
        }
    }
}

fn read(chunk: &Chunk, index: usize) -> u64 {
    // Acquire pairs with the Release of an update: see `Update`.
    chunk.get(index).map_or(0, |cell| cell.load(Ordering::Acquire))
}

/// What to do to a slot's cells.
///
/// Updates are released and sums acquired, so that whoever sees the end of a call also sees its start:
/// read ends before starts, and no more calls have ended than started. Both are plain moves on x86-64.
pub(crate) trait Update: Copy {
    fn apply(self, chunk: &Chunk, offset: usize);

    /// Its numbers, for the slow path, which takes them one by one: taking the update itself would make
    /// every call site keep it in memory for the sake of its first call.
    fn into_parts(self) -> (usize, usize, u64);
    fn from_parts(parts: (usize, usize, u64)) -> Self;
}

/// The slow path's way back.
type Apply = fn((usize, usize, u64), &Chunk, usize);

fn apply_parts<U: Update>(parts: (usize, usize, u64), chunk: &Chunk, offset: usize) {
    U::from_parts(parts).apply(chunk, offset);
}

/// Adds `n` to the cell `at`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) at: usize,
    pub(crate) n: u64,
}

/// Adds `x` to the cell `at`, which holds the bits of an `f64`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum {
    pub(crate) at: usize,
    pub(crate) x: f64,
}

/// Adds one to the cell of a bucket, and to the cell after `last`, the bucket +Inf, a whole number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observe {
    pub(crate) bucket: usize,
    pub(crate) last: usize,
    pub(crate) n: u64,
}

/// As [`Observe`], where the sum holds the bits of an `f64`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ObserveFloat {
    pub(crate) bucket: usize,
    pub(crate) last: usize,
    pub(crate) x: f64,
}

impl Update for Count {
    #[inline(always)]
    fn apply(self, chunk: &Chunk, offset: usize) {
        if let Some(cell) = chunk.get(offset + self.at) {
            cell.store(cell.load(Ordering::Relaxed).wrapping_add(self.n), Ordering::Release);
        }
    }

    fn into_parts(self) -> (usize, usize, u64) {
        (self.at, 0, self.n)
    }

    fn from_parts((at, _, n): (usize, usize, u64)) -> Self {
        Count { at, n }
    }
}

impl Update for Sum {
    #[inline(always)]
    fn apply(self, chunk: &Chunk, offset: usize) {
        if let Some(cell) = chunk.get(offset + self.at) {
            let sum = f64::from_bits(cell.load(Ordering::Relaxed)) + self.x;
            cell.store(sum.to_bits(), Ordering::Release);
        }
    }

    fn into_parts(self) -> (usize, usize, u64) {
        (self.at, 0, self.x.to_bits())
    }

    fn from_parts((at, _, bits): (usize, usize, u64)) -> Self {
        Sum { at, x: f64::from_bits(bits) }
    }
}

impl Update for Observe {
    #[inline(always)]
    fn apply(self, chunk: &Chunk, offset: usize) {
        Count { at: self.bucket, n: 1 }.apply(chunk, offset);
        Count { at: self.last + 1, n: self.n }.apply(chunk, offset);
    }

    fn into_parts(self) -> (usize, usize, u64) {
        (self.bucket, self.last, self.n)
    }

    fn from_parts((bucket, last, n): (usize, usize, u64)) -> Self {
        Observe { bucket, last, n }
    }
}

impl Update for ObserveFloat {
    #[inline(always)]
    fn apply(self, chunk: &Chunk, offset: usize) {
        Count { at: self.bucket, n: 1 }.apply(chunk, offset);
        Sum { at: self.last + 1, x: self.x }.apply(chunk, offset);
    }

    fn into_parts(self) -> (usize, usize, u64) {
        (self.bucket, self.last, self.x.to_bits())
    }

    fn from_parts((bucket, last, bits): (usize, usize, u64)) -> Self {
        ObserveFloat { bucket, last, x: f64::from_bits(bits) }
    }
}

/// What the cells take, for the runtime's own metrics and for tests of the stated ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Blocks ever made: the most threads that recorded at one time.
    pub(crate) blocks: u64,
    /// Bytes of all blocks and their chunks.
    pub(crate) bytes: u64,
    /// Updates that found no space for their series.
    pub(crate) dropped: u64,
}

pub(crate) fn usage() -> Usage {
    pool::usage()
}

#[cfg(all(test, not(feature = "off")))]
mod tests;
