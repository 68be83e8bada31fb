//! What is recorded on its way from the threads that made it to the one that exports it: traces, and events that
//! are logged.

use super::record::Record;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::Thread;

/// Threads rarely meet at one of so many.
const SHARDS: usize = 8;

/// The spans of a trace that are exported together.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) trace_id: u128,
    pub(crate) records: Vec<Record>,
}

/// A bounded queue. Whoever finds it full drops what it brought, and counts it. Sizes are numbers of spans, or of
/// events.
// Apart from what its owner says of it, which others read meanwhile.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Inbox<T> {
    shards: [Mutex<Vec<T>>; SHARDS],
    /// The size of what is queued, or taken out and not settled.
    queued: AtomicUsize,
    /// How much there may be; nothing once it is closed.
    room: AtomicUsize,
    /// From what size on the exporter need not wait for its time.
    batch: usize,
    exporter: OnceLock<Thread>,
}

impl<T> Inbox<T> {
    pub(crate) fn new(room: usize, batch: usize) -> Inbox<T> {
        Inbox {
            shards: Default::default(),
            queued: AtomicUsize::new(0),
            room: AtomicUsize::new(room),
            batch,
            exporter: OnceLock::new(),
        }
    }

    /// The thread to wake when there is enough for a batch.
    pub(crate) fn wake(&self, exporter: Thread) {
        let _ = self.exporter.set(exporter);
    }

    /// Takes it, if there is room for its size.
    #[must_use = "what finds no room has to be counted"]
    pub(crate) fn offer(&self, item: T, size: usize) -> bool {
        // In this order, and seen so by `close`: whoever finds room has been added before it was closed.
        let before = self.queued.fetch_add(size, Ordering::SeqCst);
        if before + size > self.room.load(Ordering::SeqCst) {
            self.queued.fetch_sub(size, Ordering::Relaxed);
            return false;
        }
        let mut shard = self.shards[shard()].lock().unwrap_or_else(PoisonError::into_inner);
        shard.push(item);
        drop(shard);
        if before < self.batch
            && before + size >= self.batch
            && let Some(exporter) = self.exporter.get()
        {
            exporter.unpark();
        }
        true
    }

    /// Moves everything out. It takes up its room until it is [settled](Inbox::settled), so that what waits for
    /// a slow collector and what waits for its turn have one bound.
    pub(crate) fn drain(&self, into: &mut VecDeque<T>) {
        for shard in &self.shards {
            into.extend(shard.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
        }
    }

    /// So much of what was taken out is exported, or given up.
    pub(crate) fn settled(&self, size: usize) {
        self.queued.fetch_sub(size, Ordering::Relaxed);
    }

    /// The size of what is on its way.
    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::SeqCst)
    }

    /// Takes nothing any more. What is on its way is in the shards by the time that a drain finds nothing more
    /// [queued](Inbox::queued).
    pub(crate) fn close(&self) {
        self.room.store(0, Ordering::SeqCst);
    }
}

impl Inbox<Finished> {
    /// Everything that is queued.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn take(&self) -> Vec<Finished> {
        let mut all = VecDeque::new();
        self.drain(&mut all);
        self.settled(all.iter().map(|trace| trace.records.len()).sum());
        all.into()
    }
}

/// The shard of this thread.
fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
    }
    MINE.try_with(|mine| *mine).unwrap_or(0)
}
