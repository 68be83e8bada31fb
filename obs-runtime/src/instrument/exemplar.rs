//! The trace that a bucket's last observation belonged to.

use super::hash::Map;
use crate::clock;
use crate::context;
use crate::snapshot::Exemplar;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, SystemTime};

/// A bucket's exemplar is replaced at most this often: a scrape keeps only one, and looking at the wall
/// clock costs more than an observation.
const INTERVAL: Duration = Duration::from_millis(500);

/// Exemplars of a family, by series and bucket. Made at the first observation inside a sampled trace.
#[derive(Debug)]
pub(crate) struct Exemplars {
    kept: OnceLock<Mutex<Map<(usize, usize), Kept>>>,
}

#[derive(Clone, Debug)]
struct Kept {
    exemplar: Exemplar,
    ticks: u64,
}

impl Exemplars {
    pub(crate) const fn new() -> Exemplars {
        Exemplars { kept: OnceLock::new() }
    }

    /// Remembers a duration that ended inside the current sampled trace.
    #[cold]
    #[inline(never)]
    pub(crate) fn offer_ticks(&self, series: usize, bounds: &[f64], ticks: u64) {
        self.offer(series, bounds, clock::seconds(ticks));
    }

    /// Remembers a value that was observed inside the current sampled trace.
    #[cold]
    #[inline(never)]
    pub(crate) fn offer(&self, series: usize, bounds: &[f64], value: f64) {
        let Some((trace_id, span_id)) = context::sampled_current() else { return };
        self.keep(series, bounds, value, || Exemplar { trace_id, span_id, value, at: SystemTime::now() });
    }

    /// Remembers a duration whose span is with the collector, so that whoever follows the exemplar finds it.
    #[cfg(feature = "otlp")]
    pub(crate) fn offer_exported(
        &self,
        series: usize,
        bounds: &[f64],
        ticks: u64,
        span: (u128, u64),
        at: SystemTime,
    ) {
        let (value, (trace_id, span_id)) = (clock::seconds(ticks), span);
        self.keep(series, bounds, value, || Exemplar { trace_id, span_id, value, at });
    }

    /// Remembers a value that a span of its own belongs to.
    pub(crate) fn offer_of(&self, series: usize, bounds: &[f64], value: f64, span: (u128, u64)) {
        let (trace_id, span_id) = span;
        self.keep(series, bounds, value, || Exemplar { trace_id, span_id, value, at: SystemTime::now() });
    }

    fn keep(&self, series: usize, bounds: &[f64], value: f64, exemplar: impl FnOnce() -> Exemplar) {
        let bucket = bounds.iter().position(|bound| value <= *bound).unwrap_or(bounds.len());
        // Somebody else is storing one, or a scrape is reading: theirs is as good as ours.
        let Ok(mut kept) = self.kept.get_or_init(Mutex::default).try_lock() else { return };
        let now = clock::now();
        let recent = |kept: &Kept| clock::seconds(now.saturating_sub(kept.ticks)) < INTERVAL.as_secs_f64();
        if !kept.get(&(series, bucket)).is_some_and(recent) {
            kept.insert((series, bucket), Kept { exemplar: exemplar(), ticks: now });
        }
    }

    /// The exemplars of a series, by bucket.
    pub(crate) fn of(&self, series: usize, buckets: usize) -> Vec<(usize, Exemplar)> {
        let Some(kept) = self.kept.get() else { return Vec::new() };
        let kept = kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        (0..buckets)
            .filter_map(|bucket| Some((bucket, kept.get(&(series, bucket))?.exemplar.clone())))
            .collect()
    }
}
