//! Spans of observed calls, recorded without a subscriber.
//!
//! A call that has ended is a [`Record`](record::Record) of a hundred bytes in the memory of its
//! [`LocalTrace`](local::LocalTrace). When the outermost call of this process ends, the trace is kept or
//! dropped, and only what is kept is made into what an exporter sends, on the exporter's thread. So a span
//! costs two ids' worth of work on the thread that makes it, and one that is dropped costs no more than that.
//!
//! Data flows one way: [`thread`] → [`local`] → [`inbox`] → exporter. What other libraries record through
//! `tracing` comes in by the `layer`.

mod counts;
pub(crate) mod fields;
mod id;
mod inbox;
#[cfg(feature = "tracing-subscriber")]
mod layer;
mod local;
pub(crate) mod record;
mod sampling;
pub(crate) mod thread;
mod tracer;

#[cfg(feature = "tracing-subscriber")]
pub use layer::layer;
pub use record::FieldValue;
pub use sampling::Sampling;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tracer::{Limits, Tracer};

/// Changes whenever there is another tracer; zero while there is none.
static GENERATION: AtomicU32 = AtomicU32::new(0);

static TRACER: RwLock<Option<Arc<Tracer>>> = RwLock::new(None);

/// Whether spans are recorded: one relaxed load.
#[inline(always)]
pub(crate) fn is_on() -> bool {
    GENERATION.load(Ordering::Relaxed) != 0
}

/// The limits of the spans that are recorded now.
pub(crate) fn limits() -> Limits {
    installed().map_or_else(Limits::default, |tracer| tracer.limits)
}

fn installed() -> Option<Arc<Tracer>> {
    TRACER.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Records into this tracer from now on, or into none. Traces that are in progress end in theirs.
pub(crate) fn install(tracer: Option<Arc<Tracer>>) {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let mut installed = TRACER.write().unwrap_or_else(PoisonError::into_inner);
    let generation = match &tracer {
        // Never zero again, and never one that a thread may have kept.
        Some(_) => LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1),
        None => 0,
    };
    *installed = tracer;
    GENERATION.store(generation, Ordering::Relaxed);
}

#[cfg(test)]
mod tests;
