//! Spans of observed calls, recorded without a subscriber.
//!
//! A call that has ended is a [`Record`](record::Record) of a hundred bytes in the memory of its
//! [`LocalTrace`](local::LocalTrace). When the outermost call of this process ends, the trace is kept or
//! dropped, and only what is kept is made into what an exporter sends, on the exporter's thread. So a span
//! costs two ids' worth of work on the thread that makes it, and one that is dropped costs no more than that.
//!
//! Data flows one way: [`thread`] → [`local`] → [`inbox`] → exporter. What other libraries record through
//! `tracing` comes in by the `layer`.

#[cfg(feature = "testing")]
pub(crate) mod capture;
mod counts;
pub(crate) mod fields;
mod id;
pub(crate) mod inbox;
#[cfg(feature = "tracing-subscriber")]
mod layer;
mod local;
mod note;
pub(crate) mod record;
#[cfg(feature = "tower")]
pub(crate) mod request;
mod sampling;
pub(crate) mod spare;
pub(crate) mod thread;
mod tracer;

#[cfg(feature = "otlp")]
pub(crate) use inbox::Finished;
#[cfg(feature = "tracing-subscriber")]
pub use layer::{layer, layer_with_filter};
pub use note::record;
pub use record::FieldValue;
pub use sampling::Sampling;
pub(crate) use tracer::{Limits, Tracer};

use crate::attention;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Changes whenever there is another tracer.
static GENERATION: AtomicU32 = AtomicU32::new(0);

static STATE: RwLock<State> = RwLock::new(State { tracer: None, captures: 0, last: 0 });

/// Who wants spans.
#[derive(Debug)]
struct State {
    tracer: Option<Arc<Tracer>>,
    /// How many tests are capturing theirs.
    captures: usize,
    /// The last generation there was.
    last: u32,
}

/// Whether spans are recorded: one relaxed load.
#[inline(always)]
pub(crate) fn is_on() -> bool {
    attention::has(attention::RECORDED)
}

fn installed() -> Option<Arc<Tracer>> {
    STATE.read().unwrap_or_else(PoisonError::into_inner).tracer.clone()
}

/// Records into this tracer from now on, or into none. Traces that are in progress end in theirs.
pub(crate) fn install(tracer: Option<Arc<Tracer>>) {
    change(|state| state.tracer = tracer);
}

/// Ids begin anew, as those of a process that was forked have to.
pub(crate) fn begin() {
    change(|_| ());
}

/// Makes ids and keeps nothing, where nobody records. False if somebody does.
#[cfg(feature = "logs")]
pub(crate) fn install_for_ids() -> bool {
    let nothing = Limits { spans_per_trace: 0, spans_held: 0, queue: 0, ..Limits::default() };
    let mut done = false;
    change(|state| {
        done = state.tracer.is_none();
        state.tracer.get_or_insert_with(|| Arc::new(Tracer::new(Sampling::never(), nothing)));
    });
    done
}

/// Changes who wants spans. Threads notice with their next local root.
fn change(change: impl FnOnce(&mut State)) {
    let mut state = STATE.write().unwrap_or_else(PoisonError::into_inner);
    change(&mut state);
    // Never one that a thread may have kept.
    state.last = state.last.wrapping_add(1);
    let anybody = state.tracer.is_some() || state.captures > 0;
    GENERATION.store(state.last, Ordering::Relaxed);
    attention::set(attention::RECORDED, anybody);
}

/// Recording for those who capture.
#[cfg(feature = "testing")]
mod capturing {
    /// While it lives, spans are recorded.
    #[derive(Debug)]
    pub(super) struct Guard(());

    pub(super) fn start() -> Guard {
        super::change(|state| state.captures += 1);
        Guard(())
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            super::change(|state| state.captures -= 1);
        }
    }
}

/// Held by a test that installs a tracer.
#[cfg(test)]
pub(crate) static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[cfg(test)]
mod tests;
