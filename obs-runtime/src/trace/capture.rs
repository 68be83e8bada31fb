//! Traces that go nowhere but to whoever captures them.

use super::inbox::Finished;
use super::sampling::Sampling;
use super::thread::{self, Active};
use super::tracer::{Limits, Tracer};
use super::{capturing, local};
use std::sync::Arc;

/// More than a test records, as long as it does not run away.
const LIMITS: Limits = Limits {
    spans_per_trace: 1 << 20,
    spans_held: 1 << 20,
    queue: 1 << 20,
    batch: 1 << 20,
    attributes: 1024,
    events: 1 << 20,
    links: 1024,
};

/// A place for spans, with a tracer of its own.
#[derive(Debug)]
pub(crate) struct Capture {
    tracer: Arc<Tracer>,
    /// A span that is never recorded, around everything; none where the thread is ending.
    around: Option<Active>,
    _on: capturing::Guard,
}

impl Capture {
    pub(crate) fn start() -> Capture {
        let on = capturing::start();
        let tracer = Arc::new(Tracer::capturing(Sampling::always(), LIMITS));
        let around = thread::around(local::LocalTrace::new(Arc::clone(&tracer)));
        Capture { tracer, around, _on: on }
    }

    /// Runs `body` below the span that is around everything.
    pub(crate) fn inside<R>(&mut self, body: impl FnOnce() -> R) -> R {
        /// Leaves it even if `body` panics.
        struct Inside<'a>(Option<&'a mut Active>);
        impl Drop for Inside<'_> {
            fn drop(&mut self) {
                if let Some(around) = &mut self.0 {
                    around.suspend();
                }
            }
        }
        let mut inside = Inside(self.around.as_mut());
        if let Some(around) = &mut inside.0 {
            around.resume();
        }
        body()
    }

    /// What was recorded so far. Spans that end later are lost.
    pub(crate) fn finish(self) -> Vec<Finished> {
        let mut all = self.tracer.inbox.take();
        all.extend(self.around.map(Active::records));
        all
    }
}
