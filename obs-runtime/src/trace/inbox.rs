//! Traces on their way from the threads that made them to the one that exports them.

use super::counts::Counts;
use super::record::Record;
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
pub(super) struct Inbox {
    shards: [Mutex<Vec<Finished>>; SHARDS],
    /// The spans that are queued.
    queued: AtomicUsize,
    /// How many spans there may be.
    room: usize,
    /// From how many spans on the exporter need not wait for its time.
    batch: usize,
    exporter: OnceLock<Thread>,
}

impl Inbox {
    pub(super) fn new(room: usize, batch: usize) -> Inbox {
        Inbox {
            shards: Default::default(),
            queued: AtomicUsize::new(0),
            room,
            batch,
            exporter: OnceLock::new(),
        }
    }

    /// The thread to wake when there is enough for a batch.
    pub(super) fn wake(&self, exporter: Thread) {
        let _ = self.exporter.set(exporter);
    }

    pub(super) fn offer(&self, trace: Finished, counts: &Counts) {
        let spans = trace.records.len();
        let before = self.queued.fetch_add(spans, Ordering::Relaxed);
        if before + spans > self.room {
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

    /// Everything that is queued.
    pub(super) fn take(&self) -> Vec<Finished> {
        let mut all = Vec::new();
        for shard in &self.shards {
            all.append(&mut shard.lock().unwrap_or_else(PoisonError::into_inner));
        }
        let spans = all.iter().map(|trace| trace.records.len()).sum();
        self.queued.fetch_sub(spans, Ordering::Relaxed);
        all
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
