//! The primitives of the structures that threads meet at. `tests/interleavings.rs` compiles the same
//! files against primitives that a scheduler controls.

#[cfg(feature = "logs")]
pub(crate) use parking::{MutexGuard, PoisonError, Thread, park, park_until};
pub(crate) use std::sync::atomic::{AtomicU32, Ordering};
pub(crate) use std::sync::{Mutex, OnceLock};

/// A thread that waits for others.
#[cfg(feature = "logs")]
mod parking {
    pub(crate) use std::sync::{MutexGuard, PoisonError};
    pub(crate) use std::thread::{Thread, park};
    use std::time::Instant;

    /// Waits to be unparked until then. False once that time has come.
    pub(crate) fn park_until(until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            std::thread::park_timeout(left);
        }
        !left.is_zero()
    }
}
