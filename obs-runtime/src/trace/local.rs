//! The part of a trace that runs in this process, below one local root.

use super::fields::Addition;
use super::inbox::Finished;
use super::record::{Extra, Record};
use super::spare;
use super::tracer::{Limits, Tracer};
use crate::clock;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Spans are charged to the common budget in portions, so that its counter is touched rarely.
const PORTION: usize = Limits::PORTION;

/// For how many spans of a trace memory is asked at first.
const FEW: usize = 8;

/// A trace in progress. Spans that have ended are held here until the local root ends and it is known whether
/// they are kept.
#[derive(Debug)]
pub(crate) struct LocalTrace {
    pub(super) trace_id: u128,
    /// The remote span above the local root; zero where there is none.
    pub(super) parent: u64,
    /// Whether it is kept whatever happens, which is also what `traceparent` says.
    pub(super) sampled: bool,
    /// Whether its spans are wanted at all.
    pub(super) recording: bool,
    pub(super) tracer: Arc<Tracer>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    fate: Fate,
    records: Vec<Record>,
    failed: bool,
    /// Whether a call took longer than its function's attribute says is usual.
    slow: bool,
    /// How many spans were charged to the common budget.
    charged: usize,
    /// When the first span ended, in ticks.
    since: Option<u64>,
    /// Whether some were sent already.
    early: bool,
    watched: Watched,
}

impl Held {
    /// Holds a span. Most traces are of a few, which ask for memory once.
    #[inline]
    fn keep(&mut self, record: Record) {
        if self.records.capacity() == 0 {
            self.records.reserve(FEW);
        }
        self.records.push(record);
    }

    /// Drops the spans. Their memory is used again.
    fn forget(&mut self) {
        self.records.iter_mut().filter_map(|record| record.extra.take()).for_each(spare::leave);
        self.records.clear();
    }
}

/// Spans that are open and that other threads may be in, by their id, with what was added there.
type Watched = HashMap<u64, Option<Box<Extra>>, BuildHasherDefault<DefaultHasher>>;

/// What became of the trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Open,
    Kept,
    Dropped,
}

impl LocalTrace {
    pub(super) fn new(tracer: Arc<Tracer>) -> LocalTrace {
        LocalTrace {
            trace_id: 0,
            parent: 0,
            sampled: false,
            recording: false,
            tracer,
            held: Mutex::default(),
        }
    }

    /// Makes it another trace. Its memory is used again.
    #[inline]
    pub(super) fn begin(&mut self, trace_id: u128, remote: Option<(u64, bool)>) {
        let sampling = &self.tracer.sampling;
        self.trace_id = trace_id;
        self.parent = remote.map_or(0, |(parent, _)| parent);
        self.sampled = sampling.samples(trace_id, remote.map(|(_, sampled)| sampled));
        self.recording = self.sampled || sampling.decides_late() || self.tracer.captures;
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        held.fate = Fate::Open;
        held.failed = false;
        held.slow = false;
        held.since = None;
        held.early = false;
        held.forget();
        held.watched.clear();
    }

    /// Other threads may be in this span from now on, which is open.
    pub(super) fn watch(&self, id: u64) {
        if self.recording {
            self.lock().watched.entry(id).or_default();
        }
    }

    /// Adds something to a span from another thread than its own. A span that has ended takes it too, as long as it
    /// is held; once it was sent, that is counted.
    pub(super) fn add(&self, id: u64, addition: Addition) {
        let (mut held, limits) = (self.lock(), &self.tracer.limits);
        let Held { fate, records, early, watched, .. } = &mut *held;
        let extra = match watched.get_mut(&id) {
            Some(extra) => Some(extra),
            None => records.iter_mut().rev().find(|record| record.id == id).map(|record| &mut record.extra),
        };
        match extra {
            Some(extra) => extra.get_or_insert_with(spare::extra).add(addition, limits),
            None if *fate == Fate::Kept || *early => self.tracer.counts.late(),
            // The span is counted as dropped, and this was a part of it.
            None => {}
        }
    }

    /// A span has ended. After the local root, there is nothing to wait for.
    ///
    /// Nearly always there is room for it in memory, and it is made there.
    #[inline(always)]
    pub(super) fn ended(&self, record: Record) {
        let mut held = self.lock();
        let room = held.records.len() < held.charged.min(held.records.capacity());
        let waits = held.since.is_some_and(|since| {
            !self.sampled || !self.tracer.sends_early(false, record.end.saturating_sub(since))
        });
        if !(room && waits && held.fate == Fate::Open && held.watched.is_empty()) {
            return self.ended_otherwise(held, record);
        }
        held.failed |= record.ended.failed();
        held.slow |= record.is_slow();
        held.records.push(record);
    }

    /// The same, whatever there is to be done.
    #[inline(never)]
    fn ended_otherwise(&self, mut held: MutexGuard<'_, Held>, mut record: Record) {
        if !held.watched.is_empty() {
            self.complete(&mut held.watched, &mut record);
        }
        match held.fate {
            Fate::Open => {
                held.failed |= record.ended.failed();
                held.slow |= record.is_slow();
                let full = !self.admit(&mut held);
                let since = *held.since.get_or_insert(record.end);
                match self.sampled && self.tracer.sends_early(full, record.end.saturating_sub(since)) {
                    true => self.send_early(held, record),
                    false if full => self.tracer.counts.overflowed(1),
                    false => held.keep(record),
                }
            }
            Fate::Kept => {
                drop(held);
                self.send(vec![record]);
            }
            Fate::Dropped => self.tracer.counts.sampled_out(1),
        }
    }

    /// A span that ends takes what was added to it from other threads.
    #[cold]
    fn complete(&self, watched: &mut Watched, record: &mut Record) {
        if let Some(Some(added)) = watched.remove(&record.id) {
            let extra = record.extra.get_or_insert_with(spare::extra);
            extra.absorb(*added, &self.tracer.limits);
            extra.events.sort_by_key(|event| event.at);
        }
    }

    /// Sends what there is of a trace that is kept whatever happens: nothing is to be learnt by holding it.
    #[cold]
    fn send_early(&self, mut held: MutexGuard<'_, Held>, record: Record) {
        let mut records = std::mem::take(&mut held.records);
        self.tracer.counts.release(std::mem::take(&mut held.charged));
        held.early = true;
        drop(held);
        records.push(record);
        self.send(records);
    }

    /// Whether there is room for one more.
    #[inline]
    fn admit(&self, held: &mut Held) -> bool {
        if held.records.len() < held.charged {
            return true;
        }
        let room = held.records.len() < self.tracer.limits.spans_per_trace
            && self.tracer.counts.hold(PORTION, self.tracer.limits.spans_held);
        held.charged += if room { PORTION } else { 0 };
        room
    }

    /// The local root has ended: decides, and gives away what is kept.
    pub(super) fn end(&self, root: Record) {
        self.end_with(root, |_| ());
    }

    /// The same for a root of which more is to be told. `describe` is asked for it if somebody wants the trace, as
    /// most are wanted by nobody.
    pub(super) fn end_with(&self, mut root: Record, describe: impl FnOnce(&mut Record)) {
        let tracer = &self.tracer;
        let mut held = self.lock();
        if !held.watched.is_empty() {
            self.complete(&mut held.watched, &mut root);
        }
        let slow_call = held.slow || root.is_slow();
        let slow = || {
            let bound = tracer.sampling.slower_than;
            bound.is_some_and(|bound| {
                clock::seconds(root.end.saturating_sub(root.start)) > bound.as_secs_f64()
            })
        };
        let failed = held.failed || root.ended.failed();
        let noticed = slow_call && tracer.sampling.decides_late();
        let failed = failed && tracer.sampling.errors;
        let wanted = self.sampled || tracer.captures || noticed || failed || slow();
        if wanted {
            describe(&mut root);
        }
        let kept = wanted && tracer.limiter.admits(&root);
        held.fate = if kept { Fate::Kept } else { Fate::Dropped };
        tracer.counts.release(std::mem::take(&mut held.charged));
        if !kept {
            let lost = held.records.len() as u64 + 1;
            held.forget();
            drop(held);
            root.extra.take().into_iter().for_each(spare::leave);
            return if wanted { tracer.counts.limited(lost) } else { tracer.counts.sampled_out(lost) };
        }
        let mut records = std::mem::take(&mut held.records);
        drop(held);
        records.push(root);
        self.send(records);
    }

    /// What was recorded so far. What ends later is dropped.
    #[cfg(feature = "testing")]
    pub(super) fn take(&self) -> Finished {
        let mut held = self.lock();
        held.fate = Fate::Dropped;
        Finished { trace_id: self.trace_id, records: std::mem::take(&mut held.records) }
    }

    fn send(&self, records: Vec<Record>) {
        let spans = records.len();
        if !self.tracer.inbox.offer(Finished { trace_id: self.trace_id, records }, spans) {
            self.tracer.counts.queue_full(spans as u64);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
