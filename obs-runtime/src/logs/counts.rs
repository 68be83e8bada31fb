//! What was written, and what was not.

use crate::snapshot::{Family, FamilyKind, Labels};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tracing::Level;

const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
static EVENTS: [AtomicU64; LEVELS.len()] = [const { AtomicU64::new(0) }; LEVELS.len()];

/// Why an event was not logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Sampled,
    RateLimited,
    WriteFailed,
    AfterShutdown,
    BufferFull,
    /// There is no exporter yet, or no more, and no lines either.
    #[cfg(feature = "otlp")]
    NotExported,
}

const REASONS: [(Reason, &str); 5 + cfg!(feature = "otlp") as usize] = [
    (Reason::Sampled, "sampled"),
    (Reason::RateLimited, "rate_limited"),
    (Reason::WriteFailed, "write_failed"),
    (Reason::AfterShutdown, "after_shutdown"),
    (Reason::BufferFull, "buffer_full"),
    #[cfg(feature = "otlp")]
    (Reason::NotExported, "not_exported"),
];
static DROPPED: [AtomicU64; REASONS.len()] = [const { AtomicU64::new(0) }; REASONS.len()];

static BEGUN: AtomicBool = AtomicBool::new(false);

/// An event was handed to a writer, or to an exporter, or to both.
pub(super) fn logged(level: Level) {
    if let Some(place) = LEVELS.iter().position(|known| *known == level) {
        EVENTS[place].fetch_add(1, Ordering::Relaxed);
    }
}

/// An event was not logged.
pub(super) fn dropped(why: Reason) {
    lost(why, 1);
}

/// So many events were not logged.
pub(super) fn lost(why: Reason, events: u64) {
    if events > 0 {
        DROPPED[why as usize].fetch_add(events, Ordering::Relaxed);
    }
}

/// There are logs from now on.
pub(super) fn begin() {
    BEGUN.store(true, Ordering::Relaxed);
}

/// Appends both families, once there are logs.
pub(crate) fn collect(into: &mut Vec<Family>) {
    if !BEGUN.load(Ordering::Relaxed) {
        return;
    }
    let mut events =
        Family::new("obs_log_events_total", "Events that were logged, by level.", FamilyKind::Counter);
    for (level, count) in LEVELS.iter().zip(&EVENTS) {
        let labels = Labels::new([("level", level.as_str().to_ascii_lowercase())]);
        events = events.with_labels(labels, count.load(Ordering::Relaxed));
    }
    into.push(events);
    let mut dropped = Family::new(
        "obs_log_dropped_total",
        "Events that passed their level and were not logged, by reason.",
        FamilyKind::Counter,
    );
    for (why, word) in REASONS {
        let count = DROPPED[why as usize].load(Ordering::Relaxed);
        dropped = dropped.with_labels(Labels::new([("reason", word)]), count);
    }
    into.push(dropped);
}
