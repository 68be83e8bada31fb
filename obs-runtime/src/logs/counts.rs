//! What was written, and what was not.

use crate::snapshot::{Family, FamilyKind, Labels};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tracing::Level;
use tracing_appender::non_blocking::ErrorCounter;

const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
static EVENTS: [AtomicU64; LEVELS.len()] = [const { AtomicU64::new(0) }; LEVELS.len()];

/// Why a line was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Sampled,
    RateLimited,
    WriteFailed,
    AfterShutdown,
}

const REASONS: [(Reason, &str); 4] = [
    (Reason::Sampled, "sampled"),
    (Reason::RateLimited, "rate_limited"),
    (Reason::WriteFailed, "write_failed"),
    (Reason::AfterShutdown, "after_shutdown"),
];
static DROPPED: [AtomicU64; REASONS.len()] = [const { AtomicU64::new(0) }; REASONS.len()];

/// Lines for which buffers had no room: each buffer counts its own. There are as many as were ever made, so that
/// their sum never steps back.
static BUFFERS: Mutex<Vec<ErrorCounter>> = Mutex::new(Vec::new());

/// A line was handed to its writer.
pub(super) fn written(level: Level) {
    if let Some(place) = LEVELS.iter().position(|known| *known == level) {
        EVENTS[place].fetch_add(1, Ordering::Relaxed);
    }
}

/// A line was not written.
pub(super) fn dropped(why: Reason) {
    DROPPED[why as usize].fetch_add(1, Ordering::Relaxed);
}

/// From now on, what this buffer has no room for counts.
pub(super) fn watch(buffer: ErrorCounter) {
    BUFFERS.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
}

fn no_room() -> u64 {
    let buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    buffers.iter().map(|buffer| buffer.dropped_lines() as u64).sum()
}

/// Appends both families, once there are logs.
pub(crate) fn collect(into: &mut Vec<Family>) {
    if BUFFERS.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
        return;
    }
    let mut events =
        Family::new("obs_log_events_total", "Lines that were logged, by level.", FamilyKind::Counter);
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
    into.push(dropped.with_labels(Labels::new([("reason", "buffer_full")]), no_room()));
}
