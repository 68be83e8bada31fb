//! Traces on their way from the threads that made them to the one that exports them.

use super::counts::Counts;
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

/// A bounded queue. Whoever finds it full drops what it brought, and counts it.
#[derive(Debug)]
pub(crate) struct Inbox {
    shards: [Mutex<Vec<Finished>>; SHARDS],
    /// The spans that are queued, or taken out and not settled.
    queued: AtomicUsize,
    /// How many spans there may be; none once it is closed.
    room: AtomicUsize,
    /// From how many spans on the exporter need not wait for its time.
    batch: usize,
    exporter: OnceLock<Thread>,
}

impl Inbox {
    pub(super) fn new(room: usize, batch: usize) -> Inbox {
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

    pub(crate) fn offer(&self, trace: Finished, counts: &Counts) {
        let spans = trace.records.len();
        // In this order, and seen so by `close`: whoever finds room has been added before it was closed.
        let before = self.queued.fetch_add(spans, Ordering::SeqCst);
        if before + spans > self.room.load(Ordering::SeqCst) {
            self.queued.fetch_sub(spans, Ordering::Relaxed);
            return counts.queue_full(spans as u64);
        }
        let mut shard = self.shards[shard()].lock().unwrap_or_else(PoisonError::into_inner);
        shard.push(trace);
        drop(shard);
        if before < self.batch
            && before + spans >= self.batch
            && let Some(exporter) = self.exporter.get()
        {
            exporter.unpark();
        }
    }

    /// Moves everything out. It takes up its room until it is [settled](Inbox::settled), so that what waits for
    /// a slow collector and what waits for its turn have one bound.
    pub(crate) fn drain(&self, into: &mut VecDeque<Finished>) {
        for shard in &self.shards {
            into.extend(shard.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
        }
    }

    /// So many spans that were taken out are exported, or given up.
    pub(crate) fn settled(&self, spans: usize) {
        self.queued.fetch_sub(spans, Ordering::Relaxed);
    }

    /// The spans that are on their way.
    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::SeqCst)
    }

    /// Takes nothing any more. What is on its way is in the shards by the time that a drain finds nothing more
    /// [queued](Inbox::queued).
    pub(crate) fn close(&self) {
        self.room.store(0, Ordering::SeqCst);
    }

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
