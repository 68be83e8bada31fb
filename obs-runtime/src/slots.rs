//! A bounded number of things at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Places that can be taken without waiting, and given back by dropping.
#[derive(Debug)]
pub(crate) struct Slots {
    limit: usize,
    taken: Mutex<usize>,
    given_back: Condvar,
}

/// A place.
#[derive(Debug)]
pub(crate) struct Slot {
    of: Arc<Slots>,
}

impl Slots {
    pub(crate) fn new(limit: usize) -> Arc<Slots> {
        Arc::new(Slots { limit, taken: Mutex::new(0), given_back: Condvar::new() })
    }

    /// A place, unless all are taken.
    pub(crate) fn take(self: &Arc<Slots>) -> Option<Slot> {
        self.fill(self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A place, unless all stay taken for this long.
    #[cfg(feature = "server")]
    pub(crate) fn take_within(self: &Arc<Slots>, at_most: std::time::Duration) -> Option<Slot> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |taken: &mut usize| *taken == self.limit;
        let waited = self.given_back.wait_timeout_while(taken, at_most, full);
        self.fill(waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    fn fill(self: &Arc<Slots>, mut taken: MutexGuard<'_, usize>) -> Option<Slot> {
        if *taken == self.limit {
            return None;
        }
        *taken += 1;
        Some(Slot { of: Arc::clone(self) })
    }

    /// Waits until no place is taken, but no longer than this.
    #[cfg(feature = "server")]
    pub(crate) fn wait_until_free(&self, at_most: std::time::Duration) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.given_back.wait_timeout_while(taken, at_most, |taken| *taken > 0));
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *self.of.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.of.given_back.notify_all();
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn places_are_bounded_and_come_back() {
        let slots = Slots::new(2);
        let (first, second) = (slots.take(), slots.take());
        assert!(first.is_some() && second.is_some() && slots.take().is_none());
        drop(first);
        assert!(slots.take().is_some());
        let third = slots.take();
        assert!(slots.take_within(Duration::from_millis(1)).is_none());
        std::thread::scope(|scope| {
            let fourth = scope.spawn(|| slots.take_within(Duration::from_secs(3600)).is_some());
            drop(third);
            assert!(fourth.join().unwrap());
        });
        let waited = std::time::Instant::now();
        slots.wait_until_free(Duration::from_millis(20));
        assert!(waited.elapsed() >= Duration::from_millis(20), "the second is still taken");
        drop(second);
        slots.wait_until_free(Duration::from_secs(3600));
    }
}
