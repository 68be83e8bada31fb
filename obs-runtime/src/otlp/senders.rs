//! The threads that send.

use super::counts::add;
use super::deliver::Delivery;
#[cfg(feature = "logs")]
use super::logs::{self, Queue};
use super::places::Places;
use super::resource::Resource;
use super::traces::Batch;
use super::{metrics, traces};
use crate::clock::{self, Anchor};
#[cfg(feature = "logs")]
use crate::logs::Event;
use crate::secret::Redacted;
use crate::trace::Tracer;
use crate::trace::record::Origin;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

/// The most bytes of a request, before it is compressed: what a collector takes over gRPC, unless it is told otherwise.
/// A larger one is refused as a whole, and would be each time.
pub(super) const LARGEST: usize = 4 << 20;

/// The thread that sends spans.
#[derive(Debug)]
pub(super) struct Traces {
    pub(super) delivery: Delivery,
    pub(super) tracer: Arc<Tracer>,
    pub(super) resource: Resource,
    pub(super) places: Places,
    pub(super) redacted: Redacted,
    /// How long spans wait for others.
    pub(super) delay: Duration,
    /// How many are sent at once.
    pub(super) batch: usize,
}

impl Traces {
    pub(super) fn run(mut self) {
        let mut waiting = VecDeque::new();
        loop {
            let inbox = &self.tracer.inbox;
            self.delivery.stop.wait(Instant::now() + self.delay, || inbox.queued() >= self.batch);
            // Asked first: what is queued by the time that a stop is called is drained below.
            let stopping = self.delivery.stop.is_called();
            inbox.drain(&mut waiting);
            while let Some(batch) = Batch::next(&mut waiting, self.batch) {
                self.send(batch);
            }
            if stopping && (self.tracer.inbox.queued() == 0 || self.delivery.stop.is_over()) {
                return;
            }
            // After a stop, a thread that was about to leave a trace may need a moment more.
            thread::yield_now();
        }
    }

    /// Sends a batch, in several requests if it is too large for one.
    fn send(&mut self, batch: Batch) {
        let anchor = Anchor::now();
        let request = traces::request(&batch, &self.resource, &mut self.places, &self.redacted, anchor);
        if request.len() > LARGEST && batch.spans > 1 {
            drop(request);
            let (half, mut rest) = (batch.spans.div_ceil(2), VecDeque::from(batch.traces));
            while let Some(part) = Batch::next(&mut rest, half) {
                self.send(part);
            }
            return;
        }
        let counts = &self.tracer.counts;
        let spans = batch.spans as u64;
        match self.delivery.deliver(request) {
            Ok(rejected) => {
                let rejected = rejected.count.min(spans);
                add(&counts.exported, spans - rejected);
                add(&counts.failed, rejected);
                // Nobody says which ones were left out.
                if rejected == 0 {
                    offer_exemplars(&batch, anchor);
                }
            }
            Err(()) => add(&counts.failed, spans),
        }
        self.tracer.inbox.settled(batch.spans);
    }
}

/// Histograms point at calls whose spans the collector has.
fn offer_exemplars(batch: &Batch, anchor: Anchor) {
    for (trace, record) in batch.records() {
        if let Origin::Function(live) = record.origin
            && live.desc.metrics
        {
            let (series, ticks) = (record.series as usize, record.end.saturating_sub(record.start));
            let at = UNIX_EPOCH + Duration::from_nanos(anchor.unix_nanos(record.end));
            live.exemplars.offer_exported(series, live.desc.buckets, ticks, (trace, record.id), at);
        }
    }
}

/// The thread that sends events that are logged.
#[cfg(feature = "logs")]
#[derive(Debug)]
pub(super) struct Logs {
    pub(super) delivery: Delivery,
    pub(super) queue: Arc<Queue>,
    pub(super) resource: Resource,
    pub(super) places: Places,
    pub(super) redacted: Redacted,
    /// How long events wait for others.
    pub(super) delay: Duration,
    /// How many are sent at once.
    pub(super) batch: usize,
}

#[cfg(feature = "logs")]
impl Logs {
    pub(super) fn run(mut self) {
        logs::keep_out();
        let mut waiting = VecDeque::new();
        loop {
            let inbox = &self.queue.inbox;
            self.delivery.stop.wait(Instant::now() + self.delay, || inbox.queued() >= self.batch);
            let stopping = self.delivery.stop.is_called();
            inbox.drain(&mut waiting);
            // Some who keep logs want them in order. Those of one moment are in that of their thread.
            waiting.make_contiguous().sort_by_key(|event: &Event| event.at);
            while !waiting.is_empty() {
                let batch: Vec<Event> = waiting.drain(..waiting.len().min(self.batch)).collect();
                self.send(&batch);
            }
            // As for spans.
            if stopping && (self.queue.inbox.queued() == 0 || self.delivery.stop.is_over()) {
                return;
            }
            thread::yield_now();
        }
    }

    /// As for spans.
    fn send(&mut self, batch: &[Event]) {
        let request = logs::request(batch, &self.resource, &mut self.places, &self.redacted);
        if request.len() > LARGEST && batch.len() > 1 {
            drop(request);
            return batch.chunks(batch.len().div_ceil(2)).for_each(|part| self.send(part));
        }
        let events = batch.len() as u64;
        let rejected = self.delivery.deliver(request).map_or(events, |rejected| rejected.count.min(events));
        add(&self.queue.exported, events - rejected);
        add(&self.queue.failed, rejected);
        self.queue.settled(batch);
    }
}

/// The thread that sends metrics.
#[derive(Debug)]
pub(super) struct Metrics {
    pub(super) delivery: Delivery,
    pub(super) resource: Resource,
    pub(super) interval: Duration,
    /// Whether the last ones arrived.
    pub(super) last: Arc<AtomicBool>,
}

impl Metrics {
    pub(super) fn run(mut self) {
        let start = clock::counting_since();
        loop {
            self.delivery.stop.wait(Instant::now() + self.interval, || false);
            let stopping = self.delivery.stop.is_called();
            let arrived = self.send(start);
            self.last.store(arrived, Ordering::Release);
            if stopping {
                return;
            }
        }
    }

    fn send(&mut self, start: u64) -> bool {
        // Polled metrics are user code. One that panics costs this export, and none of the next.
        let Ok(snapshot) = catch_unwind(AssertUnwindSafe(crate::snapshot)) else { return false };
        let requests = metrics::requests(&snapshot, &self.resource, start);
        drop(snapshot);
        let mut arrived = true;
        for request in requests {
            let outcome = self.delivery.deliver(request);
            arrived &= outcome.is_ok_and(|rejected| rejected.count == 0);
        }
        arrived
    }
}
