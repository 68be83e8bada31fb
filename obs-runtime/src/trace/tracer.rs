//! What all threads share while traces are recorded.

use super::counts::Counts;
use super::inbox::{Finished, Inbox};
use super::record::{Origin, Record};
use super::sampling::Sampling;
use crate::clock;
use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How much is recorded at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Spans of one trace that are held until its local root ends.
    pub(crate) spans_per_trace: usize,
    /// Spans of all traces that are held.
    pub(crate) spans_held: usize,
    /// Spans that wait to be exported.
    pub(crate) queue: usize,
    /// Spans that are exported at once.
    pub(crate) batch: usize,
    /// Attributes of a span, and of an event.
    pub(crate) attributes: usize,
    /// Events of a span.
    pub(crate) events: usize,
    /// Links of a span.
    pub(crate) links: usize,
}

impl Limits {
    /// A trace may be larger than its limit by less than so many spans.
    pub(crate) const PORTION: usize = 32;
}

impl Default for Limits {
    /// OpenTelemetry's limits for a span. A span takes about a hundred bytes, so that 12 MiB are held and
    /// 3 MiB queued at most, plus what fields and events take.
    fn default() -> Limits {
        Limits {
            spans_per_trace: 16_384,
            spans_held: 131_072,
            queue: 32_768,
            batch: 512,
            attributes: 128,
            events: 128,
            links: 128,
        }
    }
}

/// How long spans wait for the end of their trace, where it is kept whatever that is.
const WAIT_SECONDS: f64 = 5.0;

/// Sampling, limits, the queue to the exporter, and the counts.
#[derive(Debug)]
pub(crate) struct Tracer {
    pub(super) sampling: Sampling,
    pub(super) limits: Limits,
    pub(super) limiter: Limiter,
    pub(crate) inbox: Inbox<Finished>,
    pub(crate) counts: Counts,
    /// Whether it keeps everything, for who captures it.
    pub(super) captures: bool,
    /// How long the spans of a trace that is sampled wait for each other, in ticks. Without end where only the end of the
    /// trace tells whether it is kept.
    waits: u64,
}

impl Tracer {
    pub(crate) fn new(sampling: Sampling, limits: Limits) -> Tracer {
        Tracer {
            limiter: Limiter {
                per_second: sampling.per_second,
                began: Instant::now(),
                seen: Mutex::default(),
            },
            inbox: Inbox::new(limits.queue, limits.batch),
            counts: Counts::default(),
            waits: if sampling.per_second.is_none() { clock::ticks(WAIT_SECONDS) } else { u64::MAX },
            sampling,
            limits,
            captures: false,
        }
    }

    /// Whether a trace that is sampled is sent as far as it is, rather than at its end: there is no room for a span of it,
    /// or it goes on for long, so many ticks since the first one ended. A call that never ends, such as the loop of a
    /// worker, would otherwise have no trace at all.
    #[inline]
    pub(super) fn sends_early(&self, full: bool, ticks: u64) -> bool {
        self.waits != u64::MAX && (full || ticks > self.waits)
    }

    /// One that keeps everything.
    #[cfg(feature = "testing")]
    pub(super) fn capturing(sampling: Sampling, limits: Limits) -> Tracer {
        Tracer { captures: true, waits: u64::MAX, ..Tracer::new(sampling, limits) }
    }
}

/// How many names are told apart within a second. A program has fewer; who calls methods of gRPC that nobody has can
/// make up as many as it likes, and together those are one more.
const NAMES: usize = 1024;

/// Keeps only so many traces a second of each name.
#[derive(Debug)]
pub(super) struct Limiter {
    per_second: Option<u32>,
    began: Instant,
    seen: Mutex<Second>,
}

/// How many traces a second has had, by the address of the root's description and the hash of its name, where it has
/// one of its own.
#[derive(Debug, Default)]
struct Second {
    second: u64,
    traces: HashMap<(usize, u64), u32>,
}

impl Limiter {
    pub(super) fn admits(&self, root: &Record) -> bool {
        let Some(per_second) = self.per_second else { return true };
        let second = self.began.elapsed().as_secs();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.second != second {
            seen.second = second;
            seen.traces.clear();
        }
        let key = Some(root.key()).filter(|key| seen.traces.len() < NAMES || seen.traces.contains_key(key));
        let count = seen.traces.entry(key.unwrap_or_default()).or_default();
        *count = count.saturating_add(1);
        *count <= per_second
    }
}

impl Record {
    /// What tells names apart.
    fn key(&self) -> (usize, u64) {
        let callsite = match self.origin {
            Origin::Function(live) => std::ptr::from_ref(live).addr(),
            Origin::Foreign(meta) => std::ptr::from_ref(meta).addr(),
        };
        let name = self.extra.as_ref().and_then(|extra| extra.name.as_deref());
        (callsite, name.map_or(0, |name| BuildHasherDefault::<DefaultHasher>::default().hash_one(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::record::Ended;

    #[test]
    fn names_that_strangers_make_up_take_little_memory_and_are_limited_together() {
        let tracer = Tracer::new(Sampling::always().at_most_per_second(2), Limits::default());
        let admits = |name: &str| {
            let mut extra = Box::<crate::trace::record::Extra>::default();
            extra.name = Some(name.into());
            let origin = crate::trace::tests::ORIGIN;
            let (id, parent, start, end, series) = (1, 0, 0, 0, 0);
            let record =
                Record { origin, id, parent, start, end, ended: Ended::Ok, series, extra: Some(extra) };
            tracer.limiter.admits(&record)
        };
        let kept = (0..20 * NAMES).filter(|n| admits(&format!("any.Service/Method{n}"))).count();
        // It may have taken more than a second.
        let seconds = tracer.limiter.began.elapsed().as_secs() as usize + 1;
        assert!((NAMES..=(NAMES + 2) * seconds).contains(&kept), "{kept}");
        assert!(tracer.limiter.seen.lock().unwrap().traces.len() <= NAMES + 1);
    }
}
