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

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Cells in a chunk, which is what a thread allocates at a time (8 KiB).
pub(crate) const CHUNK: usize = 1024;
/// Chunks in a block, so that a thread's counts take 4 MiB at most.
pub(crate) const CHUNKS: usize = 512;

type Chunk = [AtomicU64; CHUNK];

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

    /// Hands the calling thread's copy of the slot's `width` cells to `update`; a slot is always used
    /// with one width.
    ///
    /// Costs three loads and a predictable branch. Does nothing when the space for cells is used up,
    /// which [`dropped`] counts.
    #[inline(always)]
    pub(crate) fn update(&self, width: usize, update: impl FnOnce(Cells<'_>)) {
        let position = self.0.load(Ordering::Relaxed) as usize;
        match BLOCK.get().chunks[position / CHUNK % CHUNKS].get() {
            Some(chunk) => update(Cells { chunk, offset: position % CHUNK }),
            None => pool::update(self, width, update),
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
    // Acquire pairs with the Release of `add`: see `Cells`.
    chunk.get(index).map_or(0, |cell| cell.load(Ordering::Acquire))
}

/// The calling thread's copy of a slot's cells.
///
/// Updates are released and sums acquired, so that whoever sees the end of a call also sees its start:
/// read ends before starts, and no more calls have ended than started. Both are plain moves on x86-64.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'a> {
    chunk: &'a Chunk,
    offset: usize,
}

impl Cells<'_> {
    /// Adds `n` to a count.
    #[inline(always)]
    pub(crate) fn add(self, index: usize, n: u64) {
        if let Some(cell) = self.chunk.get(self.offset + index) {
            cell.store(cell.load(Ordering::Relaxed).wrapping_add(n), Ordering::Release);
        }
    }

    /// Adds `x` to a cell that holds the bits of an `f64`.
    #[inline(always)]
    pub(crate) fn add_f64(self, index: usize, x: f64) {
        if let Some(cell) = self.chunk.get(self.offset + index) {
            let sum = f64::from_bits(cell.load(Ordering::Relaxed)) + x;
            cell.store(sum.to_bits(), Ordering::Release);
        }
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
