//! Taking what the current work belongs to along: to other threads, to tasks, through channels.

use crate::baggage::Baggage;
use crate::context::{self, TraceContext};
use crate::trace::{self, thread};
use std::cell::RefCell;
use std::sync::Arc;

mod attached;
mod correlation;
mod future;
#[cfg(feature = "tokio")]
mod spawn;

pub use attached::Attached;
use attached::{Before, Held};
pub use correlation::{CorrelationId, correlation_id};
pub use future::{ContextExt, WithContext};
#[cfg(feature = "tokio")]
pub use spawn::{spawn, spawn_blocking};

thread_local! {
    static AMBIENT: RefCell<Ambient> = const { RefCell::new(Ambient::NONE) };
}

/// Everything but the place in the trace. One word, since it is exchanged at each poll.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ambient(Option<Arc<Items>>);

#[derive(Clone, Debug, Default)]
struct Items {
    baggage: Baggage,
    correlation: Option<CorrelationId>,
    /// The trace that it was said of, and what vendors said.
    tracestate: Option<(u128, Arc<str>)>,
    /// Whether only warnings and errors about it are logged, where there are logs.
    #[cfg_attr(not(feature = "logs"), allow(dead_code))]
    quiet: bool,
}

impl Ambient {
    const NONE: Ambient = Ambient(None);

    pub(crate) fn baggage(&self) -> &Baggage {
        const EMPTY: &Baggage = &Baggage::empty();
        self.0.as_deref().map_or(EMPTY, |items| &items.baggage)
    }

    fn change(&mut self, change: impl FnOnce(&mut Items)) {
        change(Arc::make_mut(self.0.get_or_insert_default()));
    }

    #[inline]
    fn attach(&self) -> Before {
        Before::attach(self.clone())
    }
}

/// Whether only warnings and errors are logged of what this thread works for.
#[cfg(feature = "logs")]
pub(crate) fn is_quiet() -> bool {
    let quiet = |ambient: &RefCell<Ambient>| ambient.borrow().0.as_deref().is_some_and(|items| items.quiet);
    AMBIENT.try_with(quiet).unwrap_or(false)
}

/// Asks what is attached to this thread; nothing while the thread ends.
pub(crate) fn with_ambient<R>(ask: impl FnOnce(&Ambient) -> R) -> R {
    let attached = AMBIENT.try_with(|ambient| ambient.borrow().clone());
    // Cloned, for `ask` may come back here.
    ask(&attached.unwrap_or_default())
}

/// What the current work belongs to: the place in its trace, its baggage and its correlation id.
///
/// It can be sent wherever the work goes on: put it into the message of an actor or a channel, attach it in
/// the worker, and what the worker records is in the tree of whoever sent the message. Observed calls there are
/// in the same local trace, also when the call that sent the message has ended long since. So are events, in its span,
/// until that was sent: `layer`, of feature `tracing-subscriber`, says when.
///
/// A clone counts two references up; attaching costs some ten nanoseconds.
///
/// ```
/// use obs_runtime::{Baggage, Context};
/// use std::sync::mpsc;
///
/// struct Job {
///     context: Context,
///     order: u64,
/// }
///
/// let (jobs, queue) = mpsc::channel::<Job>();
/// let worker = std::thread::spawn(move || {
///     for job in queue {
///         let _attached = job.context.attach();
///         assert_eq!(Baggage::current().get("tenant"), Some("acme"));
///         # let _ = job.order;
///     }
/// });
/// let _attached = Baggage::empty().with("tenant", "acme").attach();
/// jobs.send(Job { context: Context::current(), order: 7 })?;
/// drop(jobs);
/// worker.join().unwrap();
/// # Ok::<(), mpsc::SendError<Job>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Context {
    place: Place,
    ambient: Ambient,
}

/// A place in a trace.
#[derive(Clone, Debug, Default)]
enum Place {
    #[default]
    Nowhere,
    /// Below a span that is recorded in this process.
    Here(thread::Handle),
    /// Below a span of another process, or of a trace that nobody records here.
    Elsewhere(TraceContext),
    /// What the program's own tracer says. It is not ours to attach: on another thread it would hide what the
    /// tracer says there.
    Told(TraceContext),
}

impl Context {
    /// What this thread works for now.
    pub fn current() -> Context {
        Context { place: Place::current(), ..Context::untraced() }
    }

    /// Of what others say, in as much memory as it takes.
    pub(crate) fn of(
        trace: Option<TraceContext>,
        tracestate: Option<Arc<str>>,
        baggage: Baggage,
        correlation: Option<CorrelationId>,
    ) -> Context {
        let tracestate = trace.and_then(|trace| Some((trace.trace_id, tracestate?)));
        let any = !baggage.is_empty() || correlation.is_some() || tracestate.is_some();
        let items = || Arc::new(Items { baggage, correlation, tracestate, quiet: false });
        Context { place: trace.map_or(Place::Nowhere, Place::Elsewhere), ambient: Ambient(any.then(items)) }
    }

    /// The same without the place in the trace.
    pub(crate) fn untraced() -> Context {
        Context { place: Place::Nowhere, ambient: with_ambient(Ambient::clone) }
    }

    /// The place in the trace, if there is one.
    pub fn trace(&self) -> Option<TraceContext> {
        match &self.place {
            Place::Nowhere => None,
            Place::Here(handle) => Some(handle.context()),
            Place::Elsewhere(context) | Place::Told(context) => Some(*context),
        }
    }

    /// The baggage.
    pub fn baggage(&self) -> &Baggage {
        self.ambient.baggage()
    }

    /// The correlation id, if there is one.
    pub fn correlation_id(&self) -> Option<&CorrelationId> {
        self.ambient.0.as_deref()?.correlation.as_ref()
    }

    /// What vendors say of the trace in `tracestate`, as text; `None` in another trace.
    pub fn tracestate(&self) -> Option<&str> {
        let trace = self.trace()?.trace_id;
        let (of, state) = self.ambient.0.as_deref()?.tracestate.as_ref()?;
        (*of == trace).then_some(state)
    }

    /// The same below this span.
    #[must_use]
    pub fn with_trace(mut self, trace: TraceContext) -> Context {
        self.place = Place::Elsewhere(trace);
        self
    }

    /// The same beside a span of this trace that is entered by itself. Attached, it leaves the thread in the
    /// span that it is in.
    #[cfg(feature = "tower")]
    pub(crate) fn beside_span(mut self) -> Context {
        self.place = Place::Nowhere;
        self
    }

    /// The same with this baggage.
    #[must_use]
    pub fn with_baggage(mut self, baggage: Baggage) -> Context {
        self.ambient.change(|items| items.baggage = baggage);
        self
    }

    /// The same, of which only warnings and errors are logged.
    #[cfg(feature = "tower")]
    pub(crate) fn quiet(mut self) -> Context {
        self.ambient.change(|items| items.quiet = true);
        self
    }

    /// The same with this correlation id.
    #[must_use]
    pub fn with_correlation_id(mut self, id: CorrelationId) -> Context {
        self.ambient.change(|items| items.correlation = Some(id));
        self
    }

    /// Makes this what the thread works for, until the guard is dropped. A context without a place in a trace
    /// leaves the thread in the span that it is in.
    ///
    /// Guards are dropped in the reverse order of their making, as scopes do by themselves. Do not hold
    /// one across an `.await`: that is what [`ContextExt::in_context`] is for.
    #[must_use = "the context is detached when the guard is dropped"]
    #[inline]
    pub fn attach(&self) -> Attached {
        let place = match &self.place {
            Place::Nowhere | Place::Told(_) => None,
            Place::Here(handle) => Some(Held::Span { _entered: handle.enter() }),
            Place::Elsewhere(context) => Some(Held::Context { _guard: context.attach() }),
        };
        Attached { place, before: self.ambient.attach() }
    }

    /// As [`run`](Context::run), for a context that is [beside a span](Context::beside_span) nearly always: four times a
    /// request.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn inside<R>(&self, work: impl FnOnce() -> R) -> R {
        match self.place {
            Place::Nowhere => {
                let _before = self.ambient.attach();
                work()
            }
            _ => self.run(work),
        }
    }

    /// Does `work` in this context. For closures that are called many times, such as rayon's:
    /// `orders.par_iter().for_each(|order| context.run(|| ship(order)))`.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = self.attach();
        work()
    }

    /// The closure in this context, for another thread to call: `std::thread::spawn(context.wrap(work))`, or
    /// `rayon::spawn(context.wrap(work))`.
    ///
    /// ```
    /// use obs_runtime::{Baggage, Context};
    ///
    /// let context = Context::current().with_baggage(Baggage::parse("tenant=acme"));
    /// let thread = std::thread::spawn(context.wrap(|| Baggage::current().to_header()));
    /// assert_eq!(thread.join().unwrap(), "tenant=acme");
    /// ```
    pub fn wrap<R, F: FnOnce() -> R>(&self, work: F) -> impl FnOnce() -> R + use<R, F> {
        let context = self.clone();
        move || context.run(work)
    }
}

impl Place {
    fn current() -> Place {
        if let Some(handle) = if trace::is_on() { thread::handle() } else { None } {
            return Place::Here(handle);
        }
        let depth = if trace::is_on() { thread::depth() } else { 0 };
        match context::attached_at(depth) {
            Some(attached) => Place::Elsewhere(attached),
            None => TraceContext::current().map_or(Place::Nowhere, Place::Told),
        }
    }
}

#[cfg(test)]
mod tests;
