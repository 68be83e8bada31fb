//! Events on their way from the threads that log them to the one that sends them.

use crate::logs::Event;
use crate::otlp::counts::add;
use crate::trace::inbox::Inbox;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Where events go, while an exporter sends them.
static INSTALLED: RwLock<Option<Arc<Queue>>> = RwLock::new(None);

/// Whether there is a layer that offers its events.
static ASKED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread sends logs. What it says is about sending them, and sent, it would lead to more of it.
    static SENDS: Cell<bool> = const { Cell::new(false) };
}

/// A bounded queue of events, and what became of them.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) inbox: Inbox<Event>,
    /// What the events in the inbox take, and how much that may be.
    bytes: AtomicUsize,
    room: usize,
    pub(crate) exported: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) queue_full: AtomicU64,
}

impl Queue {
    /// For so many events, of so many bytes, which are sent so many at once.
    pub(crate) fn new(events: usize, bytes: usize, batch: usize) -> Queue {
        Queue {
            inbox: Inbox::new(events, batch),
            bytes: AtomicUsize::new(0),
            room: bytes,
            exported: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            queue_full: AtomicU64::new(0),
        }
    }

    /// Takes an event, if there is room for it.
    fn offer(&self, event: Event) -> bool {
        let bytes = event.bytes();
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let taken = before.saturating_add(bytes) <= self.room && self.inbox.offer(event, 1);
        if !taken {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
        taken
    }

    /// These are exported, or given up.
    pub(in crate::otlp) fn settled(&self, events: &[Event]) {
        self.bytes.fetch_sub(events.iter().map(Event::bytes).sum(), Ordering::Relaxed);
        self.inbox.settled(events.len());
    }
}

/// A layer offers its events from now on.
pub(crate) fn ask() {
    ASKED.store(true, Ordering::Relaxed);
}

pub(crate) fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Events go there from now on, or nowhere.
pub(in crate::otlp) fn install(queue: Option<Arc<Queue>>) {
    *INSTALLED.write().unwrap_or_else(PoisonError::into_inner) = queue;
}

/// Takes nothing from this thread from now on.
pub(in crate::otlp) fn keep_out() {
    SENDS.set(true);
}

/// Leaves an event to be sent. It waits for nobody: what finds no room is dropped and counted. False where nobody
/// sends it.
pub(crate) fn offer(event: Event) -> bool {
    if SENDS.get() {
        return false;
    }
    let installed = INSTALLED.read().unwrap_or_else(PoisonError::into_inner);
    let Some(queue) = &*installed else { return false };
    if !queue.offer(event) {
        add(&queue.queue_full, 1);
    }
    true
}
