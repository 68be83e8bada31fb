//! Waking a thread that sleeps while there is nothing to do.
//!
//! Whoever brings work puts it where the sleeper looks, and rings. That costs a fence and a load while the sleeper is
//! awake, or will be soon. No work is left lying: the sleeper says that it is going to sleep, looks once more, and only
//! then sleeps; whoever brings work after that look sees what it said.

use crate::sync::{AtomicU32, Ordering, fence};

const AWAKE: u32 = 0;
/// Asleep for a short while.
const DOZING: u32 = 1;
/// Asleep until somebody rings.
const ASLEEP: u32 = 2;

/// One sleeper's bell.
#[derive(Debug)]
pub(crate) struct Bell(AtomicU32);

impl Bell {
    pub(crate) const fn new() -> Bell {
        Bell(AtomicU32::new(AWAKE))
    }

    /// After work was brought: `wake` wakes the sleeper. `urgent` work does not wait until it wakes by itself.
    #[inline]
    pub(crate) fn ring(&self, urgent: bool, wake: impl FnOnce()) {
        // Between what was brought and the look at the sleeper; the other one is in `sleep`.
        fence(Ordering::SeqCst);
        match self.0.load(Ordering::Relaxed) {
            AWAKE => {}
            DOZING if !urgent => {}
            // Of several that ring, one wakes.
            _ => {
                if self.0.swap(AWAKE, Ordering::Relaxed) != AWAKE {
                    wake();
                }
            }
        }
    }

    /// Sleeps until somebody rings, unless there is work. `doze` sleeps for a short while only. Both closures may
    /// return early.
    pub(crate) fn sleep(&self, for_long: bool, is_idle: impl FnOnce() -> bool, sleep: impl FnOnce()) {
        self.0.store(if for_long { ASLEEP } else { DOZING }, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if !for_long || is_idle() {
            sleep();
        }
        self.0.store(AWAKE, Ordering::Relaxed);
    }
}
