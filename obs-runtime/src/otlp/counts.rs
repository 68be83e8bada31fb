//! What the exporter says about its own work.

use super::settings::Signal;
use crate::snapshot::{Bounds, Family, FamilyKind, HistogramValue, Labels};
use crate::trace::Tracer;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const SECONDS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];
static BOUNDS: LazyLock<Arc<Bounds>> = LazyLock::new(|| Arc::new(Bounds::new(&SECONDS)));

/// How the requests of one signal fare. Plain atomics: these change a few times a second at most.
#[derive(Debug, Default)]
pub(super) struct SignalCounts {
    retries: AtomicU64,
    failures: AtomicU64,
    durations: [AtomicU64; SECONDS.len() + 1],
    nanos: AtomicU64,
}

impl SignalCounts {
    /// A request is sent again.
    pub(super) fn retried(&self) {
        add(&self.retries, 1);
    }

    /// A batch was given up, or the collector left out some of it.
    pub(super) fn failed(&self) {
        add(&self.failures, 1);
    }

    /// A batch has found its end, with all tries and pauses.
    pub(super) fn took(&self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        add(&self.durations[SECONDS.partition_point(|bound| *bound < seconds)], 1);
        add(&self.nanos, u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }
}

/// Appends what became of spans.
pub(super) fn collect_spans(tracer: &Tracer, into: &mut Vec<Family>) {
    let counts = &tracer.counts;
    let results = [
        ("exported", &counts.exported),
        ("failed", &counts.failed),
        ("overflowed", &counts.overflowed),
        ("queue_full", &counts.queue_full),
        ("rate_limited", &counts.limited),
        ("sampled_out", &counts.sampled_out),
    ];
    let spans = Family::new("obs_spans_total", "Spans by what became of them.", FamilyKind::Counter);
    into.push(by_result(spans, &results));
    let queued = Family::new("obs_spans_queued", "Spans that wait to be exported.", FamilyKind::Gauge);
    into.push(queued.with(tracer.inbox.queued() as u64));
    let late = Family::new(
        "obs_span_events_late_total",
        "Events of tasks whose span had been sent before they happened.",
        FamilyKind::Counter,
    );
    into.push(late.with(read(&counts.late_events)));
}

/// Appends what became of events that were logged.
#[cfg(feature = "logs")]
pub(super) fn collect_logs(queue: &super::logs::Queue, into: &mut Vec<Family>) {
    let results =
        [("exported", &queue.exported), ("failed", &queue.failed), ("queue_full", &queue.queue_full)];
    let events = Family::new(
        "obs_log_records_total",
        "Logged events that were to be exported, by what became of them.",
        FamilyKind::Counter,
    );
    into.push(by_result(events, &results));
    let queued =
        Family::new("obs_log_records_queued", "Logged events that wait to be exported.", FamilyKind::Gauge);
    into.push(queued.with(queue.inbox.queued() as u64));
}

fn by_result(family: Family, results: &[(&'static str, &AtomicU64)]) -> Family {
    results.iter().fold(family, |family, (result, count)| {
        family.with_labels(Labels::new([("result", *result)]), read(count))
    })
}

/// Appends how requests fare, by signal.
pub(super) fn collect_signals(signals: &[(Signal, Arc<SignalCounts>)], into: &mut Vec<Family>) {
    let mut retries = Family::new(
        "obs_export_retries_total",
        "Requests to the collector that were sent again, by signal.",
        FamilyKind::Counter,
    );
    let mut failures = Family::new(
        "obs_export_failures_total",
        "Batches that the collector did not take, or not all of, by signal.",
        FamilyKind::Counter,
    );
    let mut durations = Family::new(
        "obs_export_duration_seconds",
        "Time from the first request of a batch to its end, by signal.",
        FamilyKind::Histogram,
    );
    for (signal, counts) in signals {
        let labels = Labels::new([("signal", signal.as_str())]);
        retries = retries.with_labels(Arc::clone(&labels), read(&counts.retries));
        failures = failures.with_labels(Arc::clone(&labels), read(&counts.failures));
        let value = HistogramValue {
            bounds: Arc::clone(&BOUNDS),
            counts: counts.durations.iter().map(read).collect(),
            sum: Duration::from_nanos(read(&counts.nanos)).as_secs_f64(),
            exemplars: Vec::new(),
        };
        durations = durations.with_labels(labels, value);
    }
    into.extend([retries, failures, durations]);
}

pub(super) fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

pub(super) fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
