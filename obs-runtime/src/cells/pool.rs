//! Giving out slots and blocks: everything here happens once a series, a thread or a chunk.

use super::{Apply, BLOCK, Block, CHUNK, CHUNKS, Chunk, EMPTY, Slot, Usage};
use std::cell::{Cell, OnceCell};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

static POOL: Mutex<Pool> = Mutex::new(Pool { all: Vec::new(), idle: Vec::new(), next: CHUNK });

static DROPPED: AtomicU64 = AtomicU64::new(0);

struct Pool {
    /// Every block ever made.
    all: Vec<&'static Block>,
    /// Those that no thread holds.
    idle: Vec<&'static Block>,
    /// The first position not given out. Chunk 0 is left out: see [`Slot`].
    next: usize,
}

impl Pool {
    fn take(&mut self) -> &'static Block {
        self.idle.pop().unwrap_or_else(|| {
            let block: &'static Block = Box::leak(Box::new(Block::new()));
            self.all.push(block);
            block
        })
    }

    /// A run of `width` cells that lies in one chunk.
    fn position(&mut self, width: usize) -> Option<usize> {
        if width > CHUNK {
            return None;
        }
        let mut start = self.next;
        if start % CHUNK + width > CHUNK {
            start = start.next_multiple_of(CHUNK);
        }
        if start + width > CHUNK * CHUNKS {
            return None;
        }
        self.next = start + width;
        Some(start)
    }
}

thread_local! {
    /// Whether this thread is making what counts take.
    static MAKING: Cell<bool> = const { Cell::new(false) };
}

/// Does what allocates, or takes the lock; nothing where this thread is in the middle of that already. An allocator that
/// counts comes by here again from within, and would wait for itself.
pub(crate) fn unless_making<R>(work: impl FnOnce() -> R) -> Option<R> {
    struct Made;
    impl Drop for Made {
        fn drop(&mut self) {
            MAKING.set(false);
        }
    }
    if MAKING.replace(true) {
        return None;
    }
    let _made = Made;
    Some(work())
}

/// The pool holds only plain data, which no panic can leave half-changed.
fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread's claim to its block.
struct Lease(&'static Block);

impl Drop for Lease {
    fn drop(&mut self) {
        BLOCK.set(&EMPTY);
        let _ = unless_making(|| pool().idle.push(self.0));
    }
}

thread_local! {
    static LEASE: OnceCell<Lease> = const { OnceCell::new() };
}

/// Gives the calling thread its block, unless it is ending.
fn lease() -> Option<&'static Block> {
    let leased = LEASE.try_with(|lease| {
        let block = lease.get_or_init(|| Lease(pool().take())).0;
        BLOCK.set(block);
        block
    });
    leased.ok()
}

/// Gives the calling thread its block now rather than with its first update.
#[cfg(feature = "testing")]
pub(super) fn claim() {
    unless_making(lease);
}

/// The slow path of [`Slot::update`]: finds out what is missing, makes it, and does the update.
#[cold]
#[inline(never)]
pub(super) fn update(slot: &Slot, width: usize, at: usize, last: usize, bits: u64, apply: Apply) {
    let done = unless_making(|| {
        let position = position(slot, width)?;
        count(position, (at, last, bits), apply);
        Some(())
    });
    if done.flatten().is_none() {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

fn count(position: usize, parts: (usize, usize, u64), apply: Apply) {
    match lease() {
        Some(block) => apply(parts, chunk(block, position), position % CHUNK),
        // This thread is ending and has already given its block back, but one of its destructors still
        // calls observed code. It borrows a block for this one update, under the lock.
        None => {
            let mut pool = pool();
            let block = pool.take();
            apply(parts, chunk(block, position), position % CHUNK);
            pool.idle.push(block);
        }
    }
}

fn chunk(block: &'static Block, position: usize) -> &'static Chunk {
    block.chunks[position / CHUNK % CHUNKS].get_or_init(allocate)
}

fn allocate() -> &'static Chunk {
    static NOTHING: Chunk = [const { AtomicU64::new(0) }; CHUNK];
    let cells: Box<[AtomicU64]> = (0..CHUNK).map(|_| AtomicU64::new(0)).collect();
    // The length is right by construction; the fallback only spares a panic path.
    <&Chunk>::try_from(&*Box::leak(cells)).unwrap_or(&NOTHING)
}

fn position(slot: &Slot, width: usize) -> Option<usize> {
    let mut pool = pool();
    match slot.0.load(Ordering::Relaxed) {
        0 => {
            let position = pool.position(width)?;
            slot.0.store(position as u32, Ordering::Relaxed);
            Some(position)
        }
        position => Some(position as usize),
    }
}

/// Every block, copied, so that a scrape never makes a starting thread wait for it.
pub(super) fn blocks() -> Vec<&'static Block> {
    unless_making(|| pool().all.clone()).unwrap_or_default()
}

pub(super) fn usage() -> Usage {
    let blocks = blocks();
    let chunks = |block: &&Block| block.chunks.iter().filter_map(OnceLock::get).count();
    let chunks: usize = blocks.iter().map(chunks).sum();
    Usage {
        blocks: blocks.len() as u64,
        bytes: (blocks.len() * size_of::<Block>() + chunks * size_of::<Chunk>()) as u64,
        dropped: DROPPED.load(Ordering::Relaxed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_do_not_overlap_cross_chunks_or_run_out_of_bounds() {
        let mut pool = Pool { all: Vec::new(), idle: Vec::new(), next: CHUNK };
        let mut end = CHUNK;
        let mut given = 0;
        while let Some(start) = pool.position(15) {
            assert!(start >= end && start / CHUNK == (start + 14) / CHUNK, "{start}");
            end = start + 15;
            given += 1;
        }
        assert!(end <= CHUNK * CHUNKS);
        // At most 14 cells of each chunk are left over.
        assert_eq!(given, (CHUNKS - 1) * (CHUNK / 15));
        assert_eq!(pool.position(CHUNK + 1), None);
    }
}
