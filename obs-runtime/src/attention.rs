//! What a call has to attend to besides its counts and the time-stamp counter: one byte for the whole process,
//! which is zero in most.

use std::sync::atomic::{AtomicU8, Ordering};

/// A context can be there: one was attached once, or there is a source to ask.
pub(crate) const CONTEXT: u8 = 1;
/// Calls are recorded as spans.
pub(crate) const RECORDED: u8 = 2;

/// The clock is not the time-stamp counter, or nobody has yet found out whether it can be.
pub(crate) const CLOCK: u8 = 8;

static FLAGS: AtomicU8 = AtomicU8::new(CLOCK);

/// All that is wanted: one relaxed load.
#[inline(always)]
pub(crate) fn flags() -> u8 {
    FLAGS.load(Ordering::Relaxed)
}

/// Whether that is wanted.
#[inline(always)]
pub(crate) fn has(flag: u8) -> bool {
    flags() & flag != 0
}

/// Says whether it is wanted from now on.
pub(crate) fn set(flag: u8, wanted: bool) {
    if has(flag) == wanted {
        return;
    }
    if wanted {
        FLAGS.fetch_or(flag, Ordering::Relaxed);
    } else {
        FLAGS.fetch_and(!flag, Ordering::Relaxed);
    }
}
