//! What a thread works for, while it does.

use super::{AMBIENT, Ambient};
use crate::context::ContextGuard;
use crate::trace::thread;
use std::marker::PhantomData;

#[inline]
fn replace(ambient: Ambient) -> Option<Ambient> {
    AMBIENT.try_with(|attached| attached.replace(ambient)).ok()
}

/// Keeps a [`Context`](crate::Context) or a [`Baggage`](crate::Baggage) attached to the thread that made it.
#[derive(Debug)]
#[must_use = "dropping it detaches the context"]
pub struct Attached {
    /// Held for its drop.
    #[allow(dead_code)]
    pub(super) before: Before,
    /// The same.
    #[allow(dead_code)]
    pub(super) place: Option<Held>,
}

/// What was attached before. Dropping it attaches that again.
#[derive(Debug)]
pub(super) struct Before {
    /// Nothing where the thread was ending.
    ambient: Option<Ambient>,
    /// Dropping it on another thread would restore the context there.
    on_this_thread: PhantomData<*const ()>,
}

#[derive(Debug)]
pub(super) enum Held {
    Span { _entered: thread::Entered },
    Context { _guard: ContextGuard },
}

impl Before {
    /// Attaches this instead.
    #[inline]
    pub(super) fn attach(ambient: Ambient) -> Before {
        Before { ambient: replace(ambient), on_this_thread: PhantomData }
    }
}

impl Drop for Before {
    #[inline]
    fn drop(&mut self) {
        if let Some(before) = self.ambient.take() {
            // Dropped outside of the thread's own cell.
            drop(replace(before));
        }
    }
}
